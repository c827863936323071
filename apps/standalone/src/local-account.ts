import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newSid, openDataDir, StartError, writeOnce, type Config } from '#platform';

export interface LocalAccount {
  readonly sid: string;
  readonly authToken: string;
}

const schema = z.object({ sid: z.string(), authToken: z.string() });

/** The account that the settings name, else one made at the first start and kept in the data directory. */
export function localAccount(config: Config): LocalAccount {
  const { MASKLINE_ACCOUNT_SID: sid, MASKLINE_AUTH_TOKEN: authToken, MASKLINE_DATA_DIR: dataDir } = config;
  if (sid !== undefined && authToken !== undefined) return { sid, authToken };

  const file = join(dataDir, 'account.json');
  openDataDir(dataDir);
  const fresh: LocalAccount = { sid: newSid('AC'), authToken: randomBytes(16).toString('hex') };
  writeOnce(file, `${JSON.stringify(fresh, null, 2)}\n`);
  const kept = schema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!kept.success) throw new StartError(`${file} does not hold an account`);
  return kept.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
