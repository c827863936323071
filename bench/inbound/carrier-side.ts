import { openSimulator } from '#carrier';
import { newSid, openDatabase, parseMasterKey } from '#platform';
import { formSignature } from '#wire';

export interface Place {
  readonly api: string;
  readonly databaseUrl: string;
  readonly account: { readonly sid: string; readonly token: string };
  readonly masterKey: string;
}

/** What brings messages to an api, signed as the simulator signs. */
export interface CarrierSide {
  /** A message from one of the people; rejects when it is not taken. */
  bring(turn: number): Promise<void>;
}

const number = '+15005558000';
/** Two for each session: who writes has an even one. */
const person = (n: number) => `+1500556${String(n).padStart(4, '0')}`;

/** Makes a service with one number, over which so many pairs of people reach each other. */
export async function openCarrierSide(place: Place, sessions: number): Promise<CarrierSide> {
  const { api, databaseUrl, account, masterKey } = place;
  const service = await post(place, '/v1/Services', { UniqueName: 'bench' });
  await post(place, `/v1/Services/${service}/PhoneNumbers`, { PhoneNumber: number });
  for (let n = 0; n < 2 * sessions; n += 2) {
    const participants = [person(n), person(n + 1)].map((Identifier) => ({ Identifier }));
    await post(place, `/v1/Services/${service}/Sessions`, { Participants: JSON.stringify(participants) });
  }

  const key = parseMasterKey(masterKey);
  if (key === null) throw new Error('the master key is none');
  const database = openDatabase({ DATABASE_URL: databaseUrl }, 'bench');
  const { carrier } = openSimulator(database, key);
  const token = await carrier.webhookToken(account.sid);
  await carrier.stop();
  await database.close();

  const url = `${api}/v1/Accounts/${account.sid}/Proxy/${service}/Webhooks/Message`;
  return {
    async bring(turn) {
      const said = {
        MessageSid: newSid('SM'),
        AccountSid: account.sid,
        From: person(2 * (turn % sessions)),
        To: number,
        Body: `message ${turn}: I am at the corner, next to the bakery`,
        NumMedia: '0',
        NumSegments: '1',
        SmsStatus: 'received',
        ApiVersion: '2010-04-01',
      };
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'X-Twilio-Signature': formSignature(token, url, Object.entries(said)) },
        body: new URLSearchParams(said),
      });
      await answer.text();
      if (answer.status !== 200) throw new Error(`a message was answered ${answer.status}`);
    },
  };
}

/** Answers the SID of what it made. */
async function post(
  { api, account }: Place,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${account.sid}:${account.token}`)}` },
    body: new URLSearchParams(form),
  });
  const { sid } = (await answer.json()) as { sid?: string };
  if (sid === undefined) throw new Error(`${path} was answered ${answer.status}`);
  return sid;
}
