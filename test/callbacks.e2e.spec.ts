import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { packageRoot } from '#platform';
import { startService, waitFor, webhookReceiver, type Service } from '#testing';
import { maskedSession } from './masked-session.js';

const run = promisify(execFile);

async function maskline(service: Service, ...args: string[]): Promise<string> {
  const bin = join(packageRoot, 'apps/cli/bin/maskline.mjs');
  const env = { PATH: process.env['PATH'], ...service.env };
  return (await run(process.execPath, [bin, ...args], { env })).stdout;
}

describe('what happens to a message', () => {
  it('is told to the CallbackUrl, kept, and told again when the operator says so', async () => {
    const receiver = await webhookReceiver((response) => response.writeHead(200).end('ok'));
    const service = await startService('standalone');
    const url = `${receiver.url}/told?a=b`;
    const { serviceSid, sessionSid, text } = await maskedSession(service, url);
    await text('told in confidence');

    const told = () => receiver.calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
    await waitFor(() => told().some((form) => form['outboundResourceStatus'] === 'delivered'));
    expect(told().some((form) => form['outboundResourceStatus'] === undefined)).toBe(true);
    for (const { headers, body } of receiver.calls) {
      const signature = String(headers['x-twilio-signature']);
      const params = Object.fromEntries(new URLSearchParams(body));
      expect(twilio.validateRequest(service.authToken, signature, url, params)).toBe(true);
      expect(params).toMatchObject({
        interactionServiceSid: serviceSid,
        interactionSessionSid: sessionSid,
        interactionData: '{"body":"told in confidence"}',
      });
    }

    const listed = (await maskline(service, 'deliveries', 'list', serviceSid, '--json')).trim().split('\n');
    expect(listed.length).toBe(receiver.calls.length);
    const [newest = ''] = listed;
    const { sid } = JSON.parse(newest) as { sid: string };
    const shown = await maskline(service, 'deliveries', 'show', sid);
    expect(shown).toMatch(/interactionData +hidden/);
    expect(shown).toContain(sessionSid);
    expect(shown).not.toContain('told in confidence');
    expect(await maskline(service, 'deliveries', 'show', sid, '--personal')).toContain('told in confidence');
    const dry = await maskline(service, 'deliveries', 'redeliver', serviceSid, '--status', 'delivered');
    expect(dry).toContain('Nothing was sent.');
    const before = receiver.calls.length;
    expect(await maskline(service, 'deliveries', 'redeliver', sid)).toBe(`${sid} is sent again\n`);
    await waitFor(() => receiver.calls.length === before + 1);
    expect(receiver.calls.at(-1)?.headers['i-twilio-idempotency-token']).toBe(
      (JSON.parse(newest) as { event_id: string }).event_id,
    );
    await maskline(service, 'deliveries', 'enable', serviceSid);
    expect(service.logs()).not.toContain('told in confidence');
    expect(service.logs()).not.toContain('2025550');
  });
});
