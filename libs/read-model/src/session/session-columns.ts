import type { SessionRow } from '../tables.js';

export const sessionColumns = [
  'sid',
  'account_sid',
  'service_sid',
  'unique_name',
  'status',
  'closed_reason',
  'mode',
  'ttl',
  'date_started',
  'date_ended',
  'date_last_interaction',
  'date_expiry',
  'date_reopened',
  'expires_at',
  'version',
  'date_created',
  'date_updated',
] as const satisfies readonly (keyof SessionRow)[];
