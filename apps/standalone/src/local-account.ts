import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Credentials } from '#application';
import { newSid, openDataDir, StartError, writeAnew, writeOnce, type Config } from '#platform';

export interface LocalAccount {
  readonly sid: string;
  readonly authToken: string;
}

const schema = z.object({ sid: z.string(), authToken: z.string() });

/** The account that the settings name, else one made at the first start and kept in the data directory. */
export function localAccount(config: Config): LocalAccount {
  const { MASKLINE_ACCOUNT_SID: sid, MASKLINE_AUTH_TOKEN: authToken, MASKLINE_DATA_DIR: dataDir } = config;
  if (sid !== undefined && authToken !== undefined) return { sid, authToken };

  const file = fileIn(dataDir);
  openDataDir(dataDir);
  const fresh: LocalAccount = { sid: newSid('AC'), authToken: randomBytes(16).toString('hex') };
  writeOnce(file, jsonOf(fresh));
  const kept = schema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!kept.success) throw new StartError(`${file} does not hold an account`);
  return kept.data;
}

/**
 * The account once its token in the data directory has ended: with the token that a rotation left it, which is kept there from
 * now on. What the settings name is not ours to renew.
 */
export async function renewAccount(
  account: LocalAccount,
  { MASKLINE_ACCOUNT_SID, MASKLINE_DATA_DIR }: Config,
  credentials: Credentials,
): Promise<LocalAccount> {
  const authToken = await credentials.authTokenOf(account.sid);
  if (MASKLINE_ACCOUNT_SID !== undefined || authToken === null) return account;
  const renewed = { ...account, authToken };
  writeAnew(fileIn(MASKLINE_DATA_DIR), jsonOf(renewed));
  return renewed;
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'account.json');
}

function jsonOf(account: LocalAccount): string {
  return `${JSON.stringify(account, null, 2)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
