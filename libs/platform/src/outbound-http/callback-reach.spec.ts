import { describe, expect, it } from '@jest/globals';
import { CALLBACK_REACHES, reachesAddress, reachesHost } from './callback-reach.js';

/** The reaches from which it may be called. */
const from = (test: (reach: (typeof CALLBACK_REACHES)[number]) => boolean) => CALLBACK_REACHES.filter(test);

const everywhere = ['public', 'loopback', 'private'];
const fromHere = ['loopback', 'private'];
const fromInside = ['private'];
const nowhere: string[] = [];

describe('reachesAddress', () => {
  it.each([
    ['8.8.8.8', everywhere],
    ['127.0.0.1', fromHere],
    ['10.0.0.1', fromInside],
    ['169.254.169.254', nowhere],
  ])('lets %s be called from %j', (address, reaches) => {
    expect(from((reach) => reachesAddress(reach, address))).toEqual(reaches);
  });
});

describe('reachesHost', () => {
  it.each([
    ['https://app.example.com/hook', everywhere],
    ['https://8.8.8.8/', everywhere],
    ['https://[2606:4700::1111]/', everywhere],
    ['https://local.example.com/', everywhere],
    ['https://mylocal.com/', everywhere],
    ['http://127.0.0.1:3000/', fromHere],
    ['http://user:pass@127.0.0.1/', fromHere],
    ['http://2130706433/', fromHere],
    ['http://0x7f000001/', fromHere],
    ['http://0177.0.0.1/', fromHere],
    ['http://127.1/', fromHere],
    ['http://%31%32%37.0.0.1/', fromHere],
    ['http://１２７.0.0.1/', fromHere],
    ['http://127.0.0.1./', fromHere],
    ['http://[::1]/', fromHere],
    ['http://[::ffff:127.0.0.1]/', fromHere],
    ['http://localhost/', fromHere],
    ['http://LOCALHOST./', fromHere],
    ['http://app.localhost:8080/', fromHere],
    ['http://app:8080/', fromHere],
    ['http://10.0.0.1/', fromInside],
    ['http://167772161/', fromInside],
    ['http://printer.local/', fromInside],
    ['http://db.prod.internal./', fromInside],
    ['http://router.home.arpa/', fromInside],
    ['http://[fd12::1]/', fromInside],
    ['http://169.254.169.254/latest/meta-data', nowhere],
    ['http://0xa9fea9fe/', nowhere],
    ['http://0.0.0.0/', nowhere],
    ['http://0/', nowhere],
    ['http://[::]/', nowhere],
    ['http://[fe80::1]/', nowhere],
  ])('takes %s from %j', (url, reaches) => {
    expect(from((reach) => reachesHost(reach, url))).toEqual(reaches);
  });
});
