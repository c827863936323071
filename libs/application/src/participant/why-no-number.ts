import { DomainError, type NoNumberReason, type SessionMode } from '#domain';
import type { NamedNumber, PoolDiagnosis } from '#read-model';

/** At which rule the pool ran out. */
export function whyNone(found: PoolDiagnosis, mode: SessionMode, isUnused: boolean): NoNumberReason {
  if (found.all === 0) return 'empty-pool';
  if (found.unreserved === 0) return 'all-reserved';
  if (mode !== 'message-only' && found.withVoice === 0) return 'no-voice';
  if (mode !== 'voice-only' && found.withSms === 0) return 'no-sms';
  // Some can call and some can text, but none can do both.
  if (mode === 'voice-and-message' && found.withBoth === 0) return 'no-sms';
  if (found.inCountry === 0) return 'country';
  // Numbers in use by others are no answer to somebody who wants one for themselves.
  return found.near === 0 || isUnused ? 'geo' : 'in-use';
}

/** Why somebody does not get the number that they named; null when they do. */
export function refusalOf(found: NamedNumber, serviceSid: string, number: string | null): DomainError | null {
  if (found.serviceSid !== serviceSid) {
    return new DomainError('proxy-identifier-not-in-service', 'the number is in the pool of another service');
  }
  if (number !== null && found.number !== number) {
    return new DomainError('proxy-identifier-invalid', 'number and SID are not of the same proxy identifier');
  }
  if (found.isTaken) {
    return new DomainError('proxy-identifier-taken', 'another active session has this pair of numbers');
  }
  return null;
}
