import { describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { loadConfig, loadServerConfig } from './config.js';
import { StartError } from './start-error.js';

const key = 'ab'.repeat(32);
const servers = { DATABASE_URL: 'postgres://maskline@db/maskline', MASKLINE_MASTER_KEY: key };

describe('loadConfig', () => {
  it('needs no setting at all', () => {
    expect(loadConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 3000,
      TRUST_PROXY: false,
      PARTITIONS: 1,
      SWEEPER: true,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ PORT: 3000 });
  });

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });

  it('reads numbers, flags, networks and URLs', () => {
    const config = loadConfig({
      PORT: '0',
      SWEEPER: 'false',
      TRUST_PROXY: '10.0.0.0/8,::1',
      PUBLIC_URL: 'https://masks.example.com/',
      MASKLINE_ACCOUNT_SID: `AC${'AB'.repeat(16)}`,
      MASKLINE_AUTH_TOKEN: 'a-long-enough-token',
    });

    expect(config).toMatchObject({
      PORT: 0,
      SWEEPER: false,
      TRUST_PROXY: ['10.0.0.0/8', '::1'],
      PUBLIC_URL: 'https://masks.example.com',
      MASKLINE_ACCOUNT_SID: `AC${'ab'.repeat(16)}`,
    });
  });

  it.each([
    ['PORT', '65536', 'PORT must be a whole number from 0 to 65535'],
    ['PORT', '3e3', 'PORT must be a whole number from 0 to 65535'],
    ['PARTITIONS', '0', 'PARTITIONS must be a whole number from 1 to 1024'],
    ['SWEEPER', 'yes', 'SWEEPER must be true or false'],
    [
      'DATABASE_URL',
      'mysql://db',
      'DATABASE_URL must be a URL that starts with postgres:// or postgresql://',
    ],
    ...['localhost:6379', 'redis://one:6379,two:6379', 'redis://one,'].map((value) => [
      'REDIS_URL',
      value,
      'REDIS_URL must be a URL that starts with redis:// or rediss://, or several with commas between',
    ]),
    [
      'DATABASE_POOL_URL',
      'postgres://maskline@pooler/maskline',
      'DATABASE_POOL_URL needs DATABASE_URL, for what cannot go through a pooler',
    ],
    ...[
      'https://x.test/?',
      'https://x.test/a?b=c',
      'https://x.test/#a',
      'https://u:p@x.test',
      ' https://x.test',
      'https://a b/',
      'ftp://x.test',
      'https:///',
      'x.test',
    ].map((value): [string, string, string] => [
      'PUBLIC_URL',
      value,
      'PUBLIC_URL must be an http:// or https:// URL without credentials, query or fragment',
    ]),
    ['TRUST_PROXY', '10.0.0.0/33', 'TRUST_PROXY must be true, false or addresses such as 10.0.0.0/8,::1'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent'],
    [
      'MASKLINE_MASTER_KEY',
      'c2hvcnQ=',
      'MASKLINE_MASTER_KEY must be 32 bytes as 64 hexadecimal digits or in base64',
    ],
    ['MASKLINE_AUTH_TOKEN', 'short', 'MASKLINE_AUTH_TOKEN must be 16 to 128 visible ASCII characters'],
    [
      'MASKLINE_ACCOUNT_SID',
      `AC${'a'.repeat(32)}`,
      'MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN must be set together',
    ],
    ['CARRIER', 'pigeon', 'CARRIER must be simulator or twilio'],
    ['CARRIER', 'twilio', 'CARRIER=twilio needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN'],
    ['TWILIO_ACCOUNT_SID', 'AC1', 'TWILIO_ACCOUNT_SID must be AC and 32 hexadecimal digits'],
    ['TWILIO_AUTH_TOKEN', 'short', 'TWILIO_AUTH_TOKEN must be 16 to 128 visible ASCII characters'],
  ])('refuses a wrong %s (%s) in one line that does not repeat it', (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(new StartError(message));
  });

  it('wants Twilio to be known, and to be able to find the API', () => {
    const env = { CARRIER: 'twilio', PUBLIC_URL: 'https://proxy.example.test' };
    const known = { ...env, TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x'.repeat(32) };
    expect(() => loadConfig(env)).toThrow('CARRIER=twilio needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN');
    expect(() => loadConfig({ ...known, PUBLIC_URL: '' })).toThrow(
      'CARRIER=twilio needs PUBLIC_URL, where Twilio finds the API',
    );
    expect(loadConfig(known).CARRIER).toBe('twilio');
  });

  it('names every wrong setting at once', () => {
    expect(() => loadConfig({ PORT: 'x', SWEEPER: 'x' })).toThrow(/^PORT must .*; SWEEPER must [^\n]*$/);
  });

  it('never shows the master key when it is printed', () => {
    expect(inspect(loadConfig({ MASKLINE_MASTER_KEY: key }), { depth: 9, showHidden: true })).not.toMatch(
      /abab/,
    );
  });
});

describe('loadServerConfig', () => {
  it.each(['DATABASE_URL', 'MASKLINE_MASTER_KEY'])('asks for %s', (missing) => {
    expect(() => loadServerConfig({ ...servers, [missing]: '' })).toThrow(
      new StartError(`${missing} must be set`),
    );
  });
});
