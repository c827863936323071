import { describe, expect, it } from '@jest/globals';
import { readCallTarget } from './call-target.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readCallTarget', () => {
  it.each([
    ['https://app.test', 'https://app.test/'],
    ['HTTPS://APP.test:443/Hook?x=1&y=%20a', 'https://app.test/Hook?x=1&y=%20a'],
    ['http://app.test:8080/a?', 'http://app.test:8080/a'],
    ['https://user:pass@app.test/a#rc=2', 'https://app.test/a'],
    ['http://2130706433/a', 'http://127.0.0.1/a'],
    ['http://[::1]:80/ü?ü#ü', 'http://[::1]/%C3%BC?%C3%BC'],
  ])('requests and signs %s as %s', (url, requested) => {
    expect(readCallTarget(url).url).toBe(requested);
  });

  it.each([
    ['https://app.test/', null],
    ['https://user:pass@app.test/', basic('user:pass')],
    ['https://user@app.test/', basic('user:')],
    ['https://:pass@app.test/', basic(':pass')],
    ['https://us%40er:p%3Aa%C3%BC@app.test/', basic('us@er:p:aü')],
    ['https://user:100%@app.test/', basic('user:100%')],
  ])('reads the credentials of %s', (url, authorization) => {
    expect(readCallTarget(url).authorization).toBe(authorization);
  });

  const defaults = { connect: 5_000, read: 15_000, total: 15_000, retries: 1, retryOn: new Set(['ct']) };

  it.each([
    ['', {}],
    ['#', {}],
    ['#section-2', {}],
    [
      '#ct=2000&rt=3000&tt=5000&rc=2&rp=5xx,ct&sni=y&e=ashburn',
      { connect: 2_000, read: 3_000, total: 5_000, retries: 2, retryOn: new Set(['5xx', 'ct']) },
    ],
    ['#ct=100&rt=100&tt=100&rc=0', { connect: 100, read: 100, total: 100, retries: 0 }],
    ['#ct=10000&rt=15000&tt=15000&rc=5', { connect: 10_000, read: 15_000, total: 15_000, retries: 5 }],
    ['#ct=99&rt=99&tt=99&rc=-1', {}],
    ['#ct=10001&rt=15001&tt=15001&rc=6', {}],
    ['#ct=1e3&rt=%20500&tt=500.5&rc=', {}],
    ['#rp=all', { retryOn: new Set(['4xx', '5xx', 'ct', 'rt']) }],
    ['#rp=4XX,nonsense', { retryOn: new Set(['4xx']) }],
    ['#rp=nonsense', {}],
    ['#CT=2000&unknown=1', {}],
  ])('reads the overrides %j', (fragment, overrides) => {
    expect(readCallTarget(`https://app.test/a${fragment}`).limits).toEqual({ ...defaults, ...overrides });
  });
});
