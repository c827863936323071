import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { environment } from '#platform';
import { isWebhookSecret } from '#wire';
import { readWebhookOptions } from './webhook-options.js';

const config = { ...environment.parse({}), MASKLINE_MASTER_KEY: createSecretKey(Buffer.alloc(32, 1)) };
const own = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const url = 'https://app.example.com/hook';

describe('the options of a webhook', () => {
  it('are none of a consumer that has a program of its own', () => {
    expect(readWebhookOptions(config, 'hook', {})).toBeNull();
  });

  it('come with a new secret, or with one that was given; what is kept of it is sealed', () => {
    const made = readWebhookOptions(config, 'hook', { url });
    expect(made).toMatchObject({ webhook: { url, isOrdered: false, hasPersonal: false } });
    expect(isWebhookSecret(made?.secret ?? '')).toBe(true);
    const given = readWebhookOptions(config, 'hook', { url, secret: own, ordered: true, personal: true });
    expect(given).toMatchObject({ secret: own, webhook: { isOrdered: true, hasPersonal: true } });
    expect(given?.webhook.secret.toString('latin1')).not.toContain(own);
  });

  it.each(['http://127.0.0.1:8080/', 'http://billing.internal/x', 'https://u:p@app.example.com/'])(
    'take %s',
    (taken) => {
      expect(readWebhookOptions(config, 'hook', { url: taken })?.webhook.url).toBe(taken);
    },
  );

  it('refuse a URL that is too long', () => {
    const long = `${url}?${'x'.repeat(2048)}`;
    expect(() => readWebhookOptions(config, 'hook', { url: long })).toThrow('is no https URL');
  });

  it.each([
    [{ url: 'ftp://app.example.com' }, '--url ftp://app.example.com is no https URL'],
    [{ url: 'app.example.com' }, '--url app.example.com is no https URL'],
    [{ url: 'http://169.254.169.254/latest' }, '--url leads where nothing is ever told'],
    [{ url: 'https://169.254.169.254/latest' }, '--url leads where nothing is ever told'],
    [{ url: 'http://app.example.com' }, '--url must be an https URL'],
    [{ ordered: true }, '--secret, --ordered and --personal need --url'],
    [{ secret: own }, '--secret, --ordered and --personal need --url'],
    [{ url, secret: 'short' }, '--secret must be whsec_ and'],
  ] as const)('refuse %j', (options, message) => {
    expect(() => readWebhookOptions(config, 'hook', options)).toThrow(message);
  });
});
