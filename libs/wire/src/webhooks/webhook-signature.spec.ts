import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { isWebhookSecret, newWebhookSecret, webhookHeaders } from './webhook-signature.js';

const body = '{"text":"Grüße, 😀\\n"}';
const now = () => Math.floor(Date.now() / 1000);

/** As a receiver checks it, with the library of Standard Webhooks. */
function verify(secret: string, headers: Record<string, string>, text = body): unknown {
  return new Webhook(secret).verify(text, headers);
}

describe('webhookHeaders', () => {
  // The example of the library and of its documentation.
  it('signs as the published example does', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1614265330, body: '{"test": 2432232314}' };
    expect(webhookHeaders(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], message)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is accepted by the library of Standard Webhooks, and for no other body, id or secret', () => {
    const secret = newWebhookSecret();
    const headers = webhookHeaders([secret], { id: 'one', seconds: now(), body });
    expect(verify(secret, headers)).toEqual({ text: 'Grüße, 😀\n' });
    expect(() => verify(secret, headers, body.replace('G', 'g'))).toThrow('No matching signature found');
    expect(() => verify(secret, { ...headers, 'webhook-id': 'two' })).toThrow('No matching signature found');
    expect(() => verify(newWebhookSecret(), headers)).toThrow('No matching signature found');
  });

  it('is accepted by those who know either of two secrets', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const headers = webhookHeaders(secrets, { id: 'one', seconds: now(), body });
    for (const secret of secrets) expect(verify(secret, headers)).toEqual({ text: 'Grüße, 😀\n' });
  });
});

describe('isWebhookSecret', () => {
  const of = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

  it('takes what it makes itself, never the same twice', () => {
    const [one, other] = [newWebhookSecret(), newWebhookSecret()];
    expect([isWebhookSecret(one), isWebhookSecret(other), one === other]).toEqual([true, true, false]);
  });

  it.each([
    [of(24), true],
    [of(64), true],
    [of(23), false],
    [of(65), false],
    [of(32).slice('whsec_'.length), false],
    ['whsec_', false],
    [`${of(32)}!`, false],
    ['', false],
  ])('judges %s', (text, isSecret) => {
    expect(isWebhookSecret(text)).toBe(isSecret);
  });
});
