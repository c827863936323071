import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureMasterKey, parseMasterKey } from './master-key.js';
import { StartError } from './start-error.js';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

describe('parseMasterKey', () => {
  it.each([
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ])('reads 32 bytes: %s', (text) => {
    expect(parseMasterKey(text)?.export()).toEqual(bytes);
  });

  it.each(['', 'secret', bytes.subarray(1).toString('hex'), `${bytes.toString('base64')}A`])(
    'takes nothing else: %s',
    (text) => {
      expect(parseMasterKey(text)).toBeNull();
    },
  );
});

describe('ensureMasterKey', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'master-key-'));
  });
  afterAll(() => {
    rmSync(dataDir, { recursive: true });
  });

  it('makes a key once and keeps it for its owner alone', () => {
    const directory = join(dataDir, 'new');
    const key = ensureMasterKey(directory);

    expect(ensureMasterKey(directory).equals(key)).toBe(true);
    expect(statSync(join(directory, 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('closes a key file that was open to others', () => {
    const file = join(dataDir, 'master.key');
    writeFileSync(file, bytes.toString('hex'));
    chmodSync(file, 0o644);
    ensureMasterKey(dataDir);

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('never puts a new key in the place of one that it cannot read', () => {
    const file = join(dataDir, 'master.key');
    writeFileSync(file, 'garbled');

    expect(() => ensureMasterKey(dataDir)).toThrow(new StartError(`${file} does not hold a master key`));
    expect(readFileSync(file, 'utf8')).toBe('garbled');
  });
});
