import type pg from 'pg';
import { sqlState } from './pg-errors.js';
import { StartError } from './start-error.js';

/** What our own connections bring along when they start, and a pooler has to see to instead. Numbers are milliseconds at most. */
const required: Readonly<Record<string, RegExp | number>> = {
  TimeZone: /^UTC$/,
  DateStyle: /^ISO/,
  enable_seqscan: /^off$/,
  enable_bitmapscan: /^off$/,
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 60_000,
};

/** PgBouncer refuses these at the start of a connection when they come as options, but keeps what a client sets, server by server. */
export async function setUpPooled(client: pg.ClientBase): Promise<void> {
  await client.query(`set TimeZone to 'UTC'; set DateStyle to 'ISO'`);
}

/** What is wrong with the connections that the pooler gives; none when all is well. */
export async function poolerFaults(pool: pg.Pool, isPrepared: boolean): Promise<string[]> {
  const faults = await settingFaults(pool);
  if (isPrepared && !(await keepsNamesApart(pool))) {
    faults.push(
      'it does not know prepared statements (PgBouncer does from 1.21 on, with max_prepared_statements): PREPARED_STATEMENTS must be false',
    );
  }
  return faults;
}

async function settingFaults(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name = any ($1) order by array_position($1, name)`,
    [Object.keys(required)],
  );
  return rows.flatMap(({ name, setting }) => {
    const fit = required[name];
    if (typeof fit !== 'number') return fit?.test(setting) === true ? [] : [`${name} is ${setting}`];
    const milliseconds = Number(setting);
    return milliseconds > 0 && milliseconds <= fit
      ? []
      : [`${name} is ${setting} ms, not within 1 and ${fit}`];
  });
}

const probe = {
  name: 'pooler-probe',
  text: `select exists (select from pg_prepared_statements where name = 'pooler-probe') as arrived`,
};
/** The name is there already, or not there. */
const statesOfNames = ['42P05', '26000'];

/** A pooler that knows prepared statements gives them names of its own, so ours arrives nowhere. */
async function keepsNamesApart(pool: pg.Pool): Promise<boolean> {
  try {
    const { rows } = await pool.query<{ arrived: boolean }>(probe);
    return rows[0]?.arrived === false;
  } catch (error) {
    if (statesOfNames.includes(sqlState(error) ?? '')) return false;
    throw error;
  }
}

/** Appends that went into one database while subscriptions read another would look as if nothing ever happened. */
export async function requireSameDatabase(pool: pg.Pool, direct: pg.Pool): Promise<void> {
  const [there, here] = await Promise.all([identify(pool), identify(direct)]);
  if (there !== here) throw new StartError('DATABASE_POOL_URL leads to another database than DATABASE_URL');
}

async function identify(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ identity: string }>(
    `select system_identifier || ' ' || d.oid || ' ' || pg_is_in_recovery() as identity
     from pg_control_system(), pg_database d where d.datname = current_database()`,
  );
  return rows[0]?.identity;
}
