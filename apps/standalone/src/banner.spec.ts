import { describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#platform';
import { cleanUp } from '#testing';
import { banner } from './banner.js';

const freshDirectory = (): string => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'maskline-banner-')));
  chmodSync(directory, 0o755);
  cleanUp(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const bannerOf = (env: Record<string, string>): string =>
  banner({ url: 'http://here', account: { sid: 'AC1', authToken: 'x' }, config: loadConfig(env) });

describe('the banner', () => {
  it('says where the data is', () => {
    const dataDir = freshDirectory();
    expect(bannerOf({ MASKLINE_DATA_DIR: dataDir })).toMatch(new RegExp(`Data +${dataDir}\\n`));
  });

  it('says where the database is when it could not be there', () => {
    const dataDir = freshDirectory();
    writeFileSync(join(dataDir, 'postgres.path'), '/var/lib/maskline/1\n');
    expect(bannerOf({ MASKLINE_DATA_DIR: dataDir })).toContain(
      `${dataDir}, the database in /var/lib/maskline/1\n`,
    );
  });

  it('leaves a database that was given to the settings', () => {
    expect(bannerOf({ DATABASE_URL: 'postgres://u:secret@h/d' })).toMatch(/Data +in DATABASE_URL\n/);
  });
});
