import { expect } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { call, webhookReceiver, type Login } from '#testing';
import type { serveApi } from '../../spec/serve-api.js';
import { tellCallbacks } from './tell-callbacks.js';

type Api = Awaited<ReturnType<typeof serveApi>>;

/** Each pool has numbers of its own. */
let numbers = 0;

/** A service of the account with a CallbackUrl, and a session in which somebody is texted. */
export async function toldService(
  api: Api,
  owner: Login,
  answer: (response: ServerResponse) => void,
  identifier = '+12025550101',
) {
  const receiver = await webhookReceiver(answer);
  const made = async (path: string, body: Record<string, string>) => {
    const { status, body: resource } = await call(api.url, 'POST', path, { login: owner, body });
    expect([path, status]).toEqual([path, 201]);
    return String(resource?.['sid']);
  };
  const number = `+1415555${2000 + numbers++}`;
  const serviceSid = await made('/v1/Services', {
    UniqueName: 'told',
    // A key in the query is how some servers know who calls.
    CallbackUrl: `${receiver.url}/status?key=of-the-customer`,
  });
  await made(`/v1/Services/${serviceSid}/PhoneNumbers`, { PhoneNumber: number });
  const session = await made(`/v1/Services/${serviceSid}/Sessions`, {});
  const path = `/v1/Services/${serviceSid}/Sessions/${session}`;
  const participant = await made(`${path}/Participants`, { Identifier: identifier, FriendlyName: 'Ann' });
  return {
    receiver,
    serviceSid,
    sessionSid: session,
    /** Of the session. */
    path,
    participantSid: participant,
    text: (form: Record<string, string>) =>
      made(`${path}/Participants/${participant}/MessageInteractions`, form),
    tell: () => tellCallbacks(api.app, { accountSid: owner.username, serviceSid, sessionSid: session }),
  };
}
