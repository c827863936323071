import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanUp } from '#testing';
import { hasDataDir, openDataDir } from './data-dir.js';
import { StartError } from './start-error.js';

const freshDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'maskline-data-dir-'));
  cleanUp(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const complaint = (dataDir: string, reason: string) =>
  new StartError(`cannot use the data directory ${dataDir} (MASKLINE_DATA_DIR): ${reason}`);

describe('the data directory', () => {
  it('is made where it is missing', () => {
    const dataDir = join(freshDirectory(), 'a', 'b');
    expect(hasDataDir(dataDir)).toBe(false);
    openDataDir(dataDir);
    expect(hasDataDir(dataDir)).toBe(true);
  });

  it('may not be a file, nor lie below one', () => {
    const file = join(freshDirectory(), 'file');
    writeFileSync(file, '');
    expect(() => openDataDir(file)).toThrow(complaint(file, 'there is a file in its place'));
    expect(() => openDataDir(join(file, 'data'))).toThrow(
      complaint(join(file, 'data'), 'a part of the path is no directory'),
    );
  });

  // Root may write anywhere; the specs of the CLI have the same with another user.
  (process.getuid?.() === 0 ? it.skip : it)('must be open to us', () => {
    const dataDir = freshDirectory();
    chmodSync(dataDir, 0o555);
    expect(() => openDataDir(dataDir)).toThrow(complaint(dataDir, 'permission denied'));
  });
});
