import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from './data-dir.js';
import { writeOnce } from './private-file.js';
import { StartError } from './start-error.js';

/**
 * The key under which all secrets of the database are sealed: 32 bytes as 64 hexadecimal digits or in base64.
 * A KeyObject shows nothing of the key when it is printed or logged by mistake.
 */
export function parseMasterKey(text: string): KeyObject | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return createSecretKey(Buffer.from(text, 'hex'));
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return createSecretKey(Buffer.from(text, 'base64'));
  return null;
}

/** The key of a standalone Maskline: made at its first start, kept in the data directory for its owner alone. */
export function ensureMasterKey(dataDir: string): KeyObject {
  const file = join(dataDir, 'master.key');
  openDataDir(dataDir);
  writeOnce(file, `${randomBytes(32).toString('base64')}\n`);
  const key = parseMasterKey(readFileSync(file, 'utf8').trim());
  if (key === null) throw new StartError(`${file} does not hold a master key`);
  return key;
}
