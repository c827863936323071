import type { Endpoint } from './endpoints.js';

// Twilio's codes by what they are answered with (contract §9.8 and §10), and where.

const byStatus: Readonly<Record<number, readonly number[]>> = {
  401: [20003],
  403: [20403],
  404: [20404, 80308],
  405: [20004],
  409: [20409, 80623],
  413: [20413],
  417: [20417],
  429: [20429],
  500: [80502],
  503: [20503],
};

const ofRequests = [20001, 20006, 80701];
/** A participant who is not taken, or for whom there is no number. */
const ofParticipants = [
  80103, 80201, 80202, 80203, 80205, 80206, 80207, 80208, 80304, 80402, 80404, 80604, 80605, 80606, 80609,
  80616,
];

/** What is refused with 400, by the method and what its path ends in, without SIDs. */
const refusals: Readonly<Record<string, readonly number[]>> = {
  'POST Services': [80602],
  'POST PhoneNumbers': [80101, 80104, 80301, 80406, 80407, 80601, 80622],
  'POST PhoneNumbers/': [80622],
  'DELETE PhoneNumbers/': [80611],
  'POST ShortCodes': [80101, 80105, 80303, 80622],
  'POST ShortCodes/': [80622],
  'DELETE ShortCodes/': [80611],
  'POST Services/': [80602],
  'POST Sessions': [...ofParticipants, 80603],
  'POST Sessions/': [80604, 80605, 80607, 80608],
  'POST Participants': [...ofParticipants, 80607, 80612],
  'POST MessageInteractions': [80607, 80613, 80616],
};

export function isKnownCode(status: number, code: number): boolean {
  const anywhere = [...ofRequests, ...Object.values(refusals).flat()];
  return (status === 400 ? anywhere : (byStatus[status] ?? ofRequests)).includes(code);
}

export function mayRefuseWith({ method, template }: Endpoint, status: number, code: number): boolean {
  const end = `${method} ${/([A-Za-z]+\/?)(?:\{\w+\})?$/.exec(template)?.[1] ?? ''}`;
  if (status === 500) return end === 'POST MessageInteractions';
  // A name in the path of a session that is only looked at has a code of its own.
  if (code === 80308) return method === 'GET' && template.includes('{sessionSid}');
  if (code === 80623)
    return end === 'POST Participants' || end === 'POST Sessions' || end === 'POST Sessions/';
  if (status !== 400) return true;
  return ofRequests.includes(code) || (refusals[end] ?? []).includes(code);
}
