import { expect } from '@jest/globals';
import { call, type Service } from '#testing';

const alice = '+12025550143';
const bob = '+12025550144';

/** Two people in a session of a service with a CallbackUrl, by way of the API and the simulator of a running Maskline. */
export async function maskedSession(api: Service, callbackUrl: string) {
  const login = { username: api.accountSid, password: api.authToken };
  const post = async (path: string, body: Record<string, string> | string, headers = {}) => {
    const answer = await call(api.url, 'POST', path, { login, headers, body });
    expect({ path, status: answer.status, text: answer.text }).toMatchObject({ path, status: 201 });
    return answer.body ?? {};
  };
  const simulate = (path: string, wish: object) =>
    post(`/simulator/${path}`, JSON.stringify(wish), { 'Content-Type': 'application/json' });

  const service = await post('/v1/Services', { UniqueName: 'told', CallbackUrl: callbackUrl });
  const serviceSid = String(service['sid']);
  for (const phoneNumber of ['+14155550100', '+14155550101']) {
    const bought = await simulate('numbers', { phoneNumber });
    await post(`/v1/Services/${serviceSid}/PhoneNumbers`, { Sid: String(bought['sid']) });
  }
  const session = await post(`/v1/Services/${serviceSid}/Sessions`, { UniqueName: 'told' });
  const sessionSid = String(session['sid']);
  const participants = `/v1/Services/${serviceSid}/Sessions/${sessionSid}/Participants`;
  const first = await post(participants, { Identifier: alice });
  await post(participants, { Identifier: bob });
  return {
    serviceSid,
    sessionSid,
    /** The first of them texts the other. */
    text: (body: string) =>
      simulate('messages', { from: alice, to: String(first['proxy_identifier']), body }),
  };
}
