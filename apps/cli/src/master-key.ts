import type { KeyObject } from 'node:crypto';
import { ensureMasterKey, StartError, type Config } from '#platform';

/** The key that the api uses too; null when the settings do not tell. */
export function findMasterKey(config: Config): KeyObject | null {
  if (config.MASKLINE_MASTER_KEY !== undefined) return config.MASKLINE_MASTER_KEY;
  return config.DATABASE_URL === undefined ? ensureMasterKey(config.MASKLINE_DATA_DIR) : null;
}

export function requireMasterKey(config: Config): KeyObject {
  const key = findMasterKey(config);
  if (key === null) throw new StartError('MASKLINE_MASTER_KEY must be set');
  return key;
}
