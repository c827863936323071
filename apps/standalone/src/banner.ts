import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import pc from 'picocolors';
import { findHome, type Config } from '#platform';
import type { LocalAccount } from './local-account.js';

/** What a newcomer needs for the first call. */
export function banner({
  url,
  account,
  config,
}: {
  url: string;
  account: LocalAccount;
  config: Config;
}): string {
  const rows = [
    ['URL', pc.cyan(url)],
    ['Account SID', account.sid],
    ['Auth token', account.authToken],
    ['Documentation', `${url}/docs`],
    ['Data', config.DATABASE_URL === undefined ? placeOf(config.MASKLINE_DATA_DIR) : 'in DATABASE_URL'],
  ];
  return [
    '',
    `  ${pc.bold('Maskline')} is running. Ctrl-C stops it.`,
    '',
    ...rows.map(([name = '', value = '']) => `    ${name.padEnd(14)} ${value}`),
    '',
    `  ${pc.dim('Make a service:')}`,
    '',
    `    curl ${url}/v1/Services -u ${account.sid}:${account.authToken} -d UniqueName=first`,
    '',
  ].join('\n');
}

/** Keys and login are in the data directory itself, also where PostgreSQL cannot get there. */
function placeOf(dataDir: string): string {
  const { directory } = findHome(dataDir);
  const place = resolve(dataDir);
  return directory === realpathSync(place) ? place : `${place}, the database in ${directory}`;
}
