import { countryOf } from '../country-of.js';
import type { StoredCall } from './stored-calls.js';
import type { StoredMessage } from './stored-messages.js';
import type { WebhookParameters } from './webhook-sender.js';

// What Twilio sends along, with every name that it sends; where somebody is, below the country, nobody here knows.

const API_VERSION = '2010-04-01';

/** A message that has come in for a number. */
export function inboundMessage(message: StoredMessage): WebhookParameters {
  const { sid, account_sid, from_number, to_number, body, media } = message;
  return [
    ['ToCountry', countryOf(to_number) ?? ''],
    ['ToState', ''],
    ['ToCity', ''],
    ['ToZip', ''],
    ['FromCountry', countryOf(from_number) ?? ''],
    ['FromState', ''],
    ['FromCity', ''],
    ['FromZip', ''],
    ['SmsMessageSid', sid],
    ['SmsSid', sid],
    ['MessageSid', sid],
    ['SmsStatus', 'received'],
    ['AccountSid', account_sid],
    ['From', from_number],
    ['To', to_number],
    ['Body', body],
    ['NumSegments', String(segmentsOf(body))],
    ['NumMedia', String(media.length)],
    ...media.flatMap((url, i): [string, string][] => [
      [`MediaUrl${i}`, url],
      [`MediaContentType${i}`, 'application/octet-stream'],
    ]),
    ['ApiVersion', API_VERSION],
  ];
}

/** What has become of a message that was sent. */
export function messageStatus(message: StoredMessage): WebhookParameters {
  const { sid, account_sid, from_number, to_number, status, error_code } = message;
  return [
    ['SmsSid', sid],
    ['MessageSid', sid],
    ['SmsStatus', status],
    ['MessageStatus', status],
    ['AccountSid', account_sid],
    ['From', from_number],
    ['To', to_number],
    ['ApiVersion', API_VERSION],
    ...(error_code === null ? [] : [['ErrorCode', String(error_code)] as const]),
  ];
}

/** A call that has come in for a number, as it stands. */
export function inboundCall(call: StoredCall): WebhookParameters {
  return [...described(call), ['CallStatus', call.status], ['Direction', 'inbound'], ...placesOf(call)];
}

/** What has become of a call that was dialled. */
export function callStatus(call: StoredCall, at: Date): WebhookParameters {
  const { status, parent_sid, duration, sequence_number } = call;
  return [
    ...described(call),
    ['ParentCallSid', parent_sid ?? ''],
    ['CallStatus', status],
    ['Direction', 'outbound-dial'],
    ['Timestamp', at.toUTCString().replace('GMT', '+0000')],
    ['CallbackSource', 'call-progress-events'],
    ['SequenceNumber', String(sequence_number - 1)],
    ...(duration === null
      ? []
      : [
          ['CallDuration', String(duration)] as const,
          ['Duration', String(Math.ceil(duration / 60))] as const,
        ]),
    ...placesOf(call),
  ];
}

/** What a Dial came to, for its action; null for one that could not be made. */
export function dialResult(call: StoredCall, dialled: StoredCall | null): WebhookParameters {
  const duration = dialled?.duration ?? null;
  return [
    ...inboundCall(call),
    ...(dialled === null ? [] : [['DialCallSid', dialled.sid] as const]),
    ['DialCallStatus', dialled?.status ?? 'failed'],
    ['DialBridged', String(duration !== null)],
    ...(duration === null ? [] : [['DialCallDuration', String(duration)] as const]),
  ];
}

function described({ sid, account_sid, from_number, to_number }: StoredCall): WebhookParameters {
  return [
    ['CallSid', sid],
    ['AccountSid', account_sid],
    ['From', from_number],
    ['To', to_number],
    ['Caller', from_number],
    ['Called', to_number],
    ['ApiVersion', API_VERSION],
  ];
}

function placesOf({ from_number, to_number }: StoredCall): WebhookParameters {
  const ends = { From: from_number, Caller: from_number, To: to_number, Called: to_number };
  return Object.entries(ends).flatMap(([end, number]): [string, string][] => [
    [`${end}Country`, countryOf(number) ?? ''],
    [`${end}State`, ''],
    [`${end}City`, ''],
    [`${end}Zip`, ''],
  ]);
}

/** How many texts a phone network makes of it: 160 characters of its own alphabet fit into one, or 70 of any other. */
function segmentsOf(body: string): number {
  const isPlain = /^[\n\r -_a-z¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ€{}[\]~|^\\]*$/.test(body);
  const [whole, part] = isPlain ? [160, 153] : [70, 67];
  return body.length <= whole ? 1 : Math.ceil(body.length / part);
}
