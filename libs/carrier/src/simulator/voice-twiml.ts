import { isPhoneNumber } from './describe-number.js';
import { callableUrl, readResponse, TwimlError, type XmlElement } from './twiml-document.js';

/** The moments of a dialled call that may be reported. */
export const CALL_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
export type CallEvent = (typeof CALL_EVENTS)[number];

export interface Dial {
  readonly verb: 'Dial';
  readonly number: string;
  /** Null: whom the caller shows. */
  readonly callerId: string | null;
  /** Seconds that the other side may ring. */
  readonly timeout: number;
  /** Whether the caller goes on ringing until the other side answers. */
  readonly answerOnBridge: boolean;
  readonly action: string | null;
  readonly statusCallback: string | null;
  readonly statusCallbackEvents: readonly CallEvent[];
}

/** What a webhook for calls may answer, as far as phones without ears can obey. */
export type VoiceVerb =
  | { readonly verb: 'Say' | 'Play' | 'Pause' | 'Hangup' }
  | { readonly verb: 'Reject'; readonly reason: 'rejected' | 'busy' }
  | { readonly verb: 'Redirect'; readonly url: string }
  | Dial;

const MAX_RING_SECONDS = 600;

/** `url` is where the document came from, for addresses relative to it. */
export function readVoiceTwiml(xml: string, url: string): VoiceVerb[] {
  return readResponse(xml).map((element) => verbOf(element, url));
}

function verbOf(element: XmlElement, url: string): VoiceVerb {
  switch (element.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
    case 'Hangup':
      return { verb: element.name };
    case 'Reject':
      return { verb: 'Reject', reason: element.attributes['reason'] === 'busy' ? 'busy' : 'rejected' };
    case 'Redirect':
      return { verb: 'Redirect', url: callableUrl(element.text.trim(), url) };
    case 'Dial':
      return dialOf(element, url);
    default:
      throw new TwimlError(12200, 'a verb is not one that simulated phones obey');
  }
}

/** A number as text or in one Number; several at once are for real phones. */
function dialOf({ attributes, children, text }: XmlElement, url: string): Dial {
  const [noun, ...more] = children;
  if (more.length > 0 || (noun !== undefined && noun.name !== 'Number')) {
    throw new TwimlError(12200, 'a Dial of more than one number, or of something else');
  }
  const number = (noun?.text ?? text).trim();
  if (!isPhoneNumber(number)) throw new TwimlError(13223, 'a Dial of what is not a phone number');
  const { callerId, action } = attributes;
  const callback = noun?.attributes['statusCallback'];
  return {
    verb: 'Dial',
    number,
    callerId: callerId ?? null,
    timeout: secondsOf(attributes['timeout']),
    answerOnBridge: attributes['answerOnBridge']?.toLowerCase() === 'true',
    action: action === undefined ? null : callableUrl(action, url),
    statusCallback: callback === undefined ? null : callableUrl(callback, url),
    statusCallbackEvents: eventsOf(noun?.attributes['statusCallbackEvent']),
  };
}

function secondsOf(attribute = '30'): number {
  const seconds = Number(attribute);
  if (!/^\d{1,4}$/.test(attribute) || seconds < 1 || seconds > MAX_RING_SECONDS) {
    throw new TwimlError(13212, 'the timeout of a Dial is out of range');
  }
  return seconds;
}

/** Without the attribute only the end is reported. */
function eventsOf(attribute = 'completed'): CallEvent[] {
  const named = attribute.split(/\s+/);
  return CALL_EVENTS.filter((event) => named.includes(event));
}
