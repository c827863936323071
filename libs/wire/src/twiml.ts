// The TwiML that we answer ourselves (contract §12b). Whatever of it comes from elsewhere is escaped.

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** Nothing happens: a message is taken and not answered. */
export function emptyTwiml(): string {
  return `${DECLARATION}<Response/>`;
}

/** The caller hears that nobody can be reached, and pays nothing. */
export function rejectTwiml(): string {
  return `${DECLARATION}<Response><Reject/></Response>`;
}

export interface Dial {
  /** What the one who is called sees. */
  readonly callerId: string;
  readonly number: string;
  /** Seconds of ringing. */
  readonly timeoutSeconds: number;
  /** Told when the call is over. */
  readonly actionUrl: string;
  /** Told of everything that happens to the outbound call. */
  readonly statusCallbackUrl: string;
}

/** Calls the partner. The caller hears the partner's phone ring, and is connected once somebody answers. */
export function dialTwiml({ callerId, number, timeoutSeconds, actionUrl, statusCallbackUrl }: Dial): string {
  const dial = attributes({
    callerId,
    answerOnBridge: 'true',
    timeout: String(timeoutSeconds),
    action: actionUrl,
  });
  const called = attributes({
    statusCallbackEvent: 'initiated ringing answered completed',
    statusCallback: statusCallbackUrl,
  });
  return `${DECLARATION}<Response><Dial${dial}><Number${called}>${escape(number)}</Number></Dial></Response>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Characters that XML 1.0 cannot hold in any spelling. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escape(text: string): string {
  return text
    .replace(FORBIDDEN, '')
    .replace(/[&<>"'\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
