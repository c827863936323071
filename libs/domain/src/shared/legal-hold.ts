import { below } from './claim-range.js';
import { DomainError } from './domain-error.js';
import type { Claim, ClaimRange } from './stream.js';

// What is on legal hold stands in the way of deletions as a claim, so that the append of each of them judges it, without a race.

/** What an account or a session holds while it is on legal hold, by its SID. */
export const LEGAL_HOLD = 'legal-hold';
/** The same of a session, by its service: a service is not deleted over it. */
const HELD_BELOW = 'legal-hold-below';

export function accountHeld(accountSid: string): Claim[] {
  return [{ kind: LEGAL_HOLD, key: accountSid }];
}

export function sessionHeld(serviceSid: string, sessionSid: string): Claim[] {
  return [
    { kind: LEGAL_HOLD, key: sessionSid },
    { kind: HELD_BELOW, key: `${serviceSid}/${sessionSid}` },
  ];
}

/** Empty unless the account is on legal hold; `!` is not in a SID and follows its end in ASCII. */
export function holdOf(accountSid: string): ClaimRange {
  return { kind: LEGAL_HOLD, lo: accountSid, hi: `${accountSid}!` };
}

/** Empty unless a session of the service is on legal hold. */
export function holdsBelow(serviceSid: string): ClaimRange {
  return below(HELD_BELOW, serviceSid);
}

/** The refusal of a deletion that met a claim of a hold; null for another claim. */
export function heldElsewhere(
  claim: string | null,
  { holder, id }: { readonly holder: string; readonly id: string },
): DomainError | null {
  if (claim === LEGAL_HOLD)
    return legalHold(`Account ${holder} is on legal hold. Cannot delete record ${id}`);
  if (claim === HELD_BELOW)
    return legalHold(`Session ${holder} is on legal hold. Cannot delete record ${id}`);
  return null;
}

/** The refusal of a deletion in a session that is on legal hold itself. */
export function sessionIsHeld(): DomainError {
  return legalHold('The session is on legal hold. Cannot delete record');
}

export function alreadyHeld(): DomainError {
  return new DomainError('legal-hold-exists', 'it is on legal hold already');
}

export function notHeld(): DomainError {
  return new DomainError('legal-hold-not-found', 'it is not on legal hold');
}

function legalHold(message: string): DomainError {
  return new DomainError('legal-hold', message);
}
