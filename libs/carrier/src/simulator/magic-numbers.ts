// Numbers that always behave in one way, so that a test can have it. Those that Twilio's own test credentials know mean the
// same here; the others lie beside them. Nobody can have one in a pool.

/** What the carrier says to a message for such a number. */
export type Acceptance =
  | { readonly kind: 'refused'; readonly code: number; readonly why: string }
  | { readonly kind: 'unavailable'; readonly why: string; readonly retryAfter: number | null }
  | { readonly kind: 'no-answer'; readonly isSent: boolean }
  | { readonly kind: 'slow'; readonly milliseconds: number };

const acceptances: ReadonlyMap<string, Acceptance> = new Map([
  ['+15005550001', { kind: 'refused', code: 21211, why: 'the receiver is not a valid phone number' }],
  ['+15005550004', { kind: 'refused', code: 21610, why: 'the receiver opted out' }],
  ['+15005550009', { kind: 'refused', code: 21614, why: 'the receiver cannot take messages' }],
  ['+15005550050', { kind: 'unavailable', why: 'status 503', retryAfter: null }],
  ['+15005550051', { kind: 'unavailable', why: 'status 429', retryAfter: 1000 }],
  ['+15005550052', { kind: 'no-answer', isSent: true }],
  ['+15005550053', { kind: 'no-answer', isSent: false }],
  ['+15005550054', { kind: 'slow', milliseconds: 1000 }],
]);

/** How a message that was accepted ends, with Twilio's error code. */
export interface MessageEnding {
  readonly status: 'undelivered' | 'failed';
  readonly errorCode: number;
}

const endings: ReadonlyMap<string, MessageEnding> = new Map([
  ['+15005550060', { status: 'undelivered', errorCode: 30003 }],
  ['+15005550061', { status: 'failed', errorCode: 30008 }],
]);

/** What a phone does when it is called. */
export type Response = 'answer' | 'busy' | 'no-answer' | 'failed';

const responses: ReadonlyMap<string, Response> = new Map([
  ['+15005550070', 'busy'],
  ['+15005550071', 'no-answer'],
  ['+15005550072', 'failed'],
]);

/** Null for a number that is like any other. */
export function acceptanceOf(number: string): Acceptance | null {
  return acceptances.get(number) ?? null;
}

export function endingOf(number: string): MessageEnding | null {
  return endings.get(number) ?? null;
}

export function responseOf(number: string): Response | null {
  return responses.get(number) ?? null;
}

export function isMagic(number: string): boolean {
  return acceptances.has(number) || endings.has(number) || responses.has(number);
}
