import { describe, expect, it } from '@jest/globals';
import { FailedLogins } from './failed-logins.js';

const MINUTE = 60_000;
const account = `AC${'a'.repeat(32)}`;
const other = `AC${'b'.repeat(32)}`;

let passwords = 0;

/** Fails with another password each time, as long as it is listened to; answers how often. */
function guess(logins: FailedLogins, address: string, username: string, most: number, now = 0): number {
  for (let i = 0; i < most; i++) {
    if (logins.wait(address, username, now) > 0) return i;
    logins.failed(address, username, `password ${++passwords}`, now);
  }
  return most;
}

describe('an address that fails at a name', () => {
  it('is listened to as often as was set, and again bit by bit', () => {
    const logins = new FailedLogins(10);
    expect(guess(logins, '192.0.2.1', account, 100)).toBe(10);
    expect(logins.wait('192.0.2.1', account, 0)).toBe(6_000);
    expect(guess(logins, '192.0.2.1', account, 100, 6_000)).toBe(1);
    expect(guess(logins, '192.0.2.1', account, 100, 36_000)).toBe(5);
    expect(guess(logins, '192.0.2.1', account, 100, 36_000 + MINUTE)).toBe(10);
  });

  it('locks nobody else out, nor itself from other names', () => {
    const logins = new FailedLogins(10);
    guess(logins, '192.0.2.1', account, 100);
    expect(logins.wait('192.0.2.2', account, 0)).toBe(0);
    expect(logins.wait('192.0.2.1', other, 0)).toBe(0);
  });

  it('gains nothing by another spelling of the name, or another host of its network', () => {
    const logins = new FailedLogins(10);
    guess(logins, '2001:db8::1', account, 100);
    expect(logins.wait('2001:db8::1', account.toUpperCase(), 0)).toBeGreaterThan(0);
    expect(logins.wait('2001:db8::2', account, 0)).toBeGreaterThan(0);
    expect(logins.wait('2001:db8:0:1::1', account, 0)).toBe(0);
  });

  it('with the same password over again has failed once', () => {
    const logins = new FailedLogins(10);
    for (let i = 0; i < 1000; i++) logins.failed('192.0.2.1', account, 'an ended token', i);
    expect(guess(logins, '192.0.2.1', account, 100, 1000)).toBe(9);
  });

  it('is not let off by a right password in between', () => {
    const logins = new FailedLogins(10);
    guess(logins, '192.0.2.1', account, 9);
    logins.succeeded('192.0.2.1', account);
    expect(guess(logins, '192.0.2.1', account, 100)).toBe(1);
  });
});

describe('an address that fails at many names', () => {
  const nameOf = (i: number) => `SK${i.toString(16).padStart(32, '0')}`;

  it('is not listened to, but where it logged in before', () => {
    const logins = new FailedLogins(10);
    logins.succeeded('192.0.2.1', account);
    let heard = 0;
    for (let i = 0; i < 200; i++) heard += guess(logins, '192.0.2.1', nameOf(i), 1);
    expect(heard).toBe(50);
    expect(logins.wait('192.0.2.1', other, 0)).toBeGreaterThan(0);
    expect(logins.wait('192.0.2.1', account, 0)).toBe(0);
    expect(logins.wait('192.0.2.2', other, 0)).toBe(0);
    // There it has its failures like any other, and no more.
    expect(guess(logins, '192.0.2.1', account, 100)).toBe(10);
  });
});

describe('names that are no SID', () => {
  it('are one name together', () => {
    const logins = new FailedLogins(10);
    let heard = 0;
    for (let i = 0; i < 200; i++) heard += guess(logins, '192.0.2.1', `admin${i}`, 1);
    expect(heard).toBe(10);
    expect(logins.wait('192.0.2.2', 'admin1', 0)).toBe(0);
  });
});

describe('a name at which many addresses fail', () => {
  it('listens to each of them once a minute, and to all others as ever', () => {
    const logins = new FailedLogins(10);
    const addresses = Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    for (const address of addresses) guess(logins, address, account, 1);
    const again = (now: number) =>
      addresses.reduce((sum, address) => sum + guess(logins, address, account, 10, now), 0);
    expect(again(30_000)).toBe(0);
    expect(again(MINUTE)).toBe(1000);
    expect(logins.wait('192.0.2.9', account, MINUTE)).toBe(0);
  });
});

describe('the memory of failed logins', () => {
  it('has an end: first forgotten is who has been quiet for longest', () => {
    const logins = new FailedLogins(10);
    guess(logins, '192.0.2.1', account, 100);
    for (let i = 0; i < 60_000; i++) {
      const address = `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
      logins.failed(address, `AC${i.toString(16).padStart(32, '0')}`, 'x', 0);
      logins.succeeded(address, `AC${i.toString(16).padStart(32, '0')}`);
      if (i === 5_000) expect(logins.wait('192.0.2.1', account, 0)).toBeGreaterThan(0);
    }
    expect(logins.wait('192.0.2.1', account, 0)).toBe(0);
  });
});

describe('without a limit', () => {
  it('everybody is listened to', () => {
    expect(guess(new FailedLogins(0), '192.0.2.1', account, 1000)).toBe(1000);
  });
});
