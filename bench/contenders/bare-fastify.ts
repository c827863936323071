import { parse } from 'node:querystring';
import fastify from 'fastify';
import pg from 'pg';
import { newSid } from '#platform';
import type { SessionRow } from '#read-model';
import { sessionResource } from '#wire';

// The least that can answer the same: a Fastify handler with one prepared statement a request. Nothing is checked, nobody
// is asked who they are, nothing is logged. It writes and reads every column of our session row and answers the same JSON.

/** The best of 4, 8, 16 and 32. */
const CONNECTIONS = 16;

const insert = `
  insert into maskline.session (partition, sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl,
    date_started, date_ended, date_last_interaction, date_expiry, date_reopened, expires_at, timer_at, version, date_created, date_updated)
  values (0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16, $16)`;

const select = `
  select sid, account_sid, service_sid, unique_name, status, closed_reason, mode, ttl, date_started, date_ended,
    date_last_interaction, date_expiry, date_reopened, expires_at, version, date_created, date_updated
  from maskline.session where partition = 0 and sid = $1`;

const { DATABASE_URL, MASKLINE_ACCOUNT_SID = '', PORT } = process.env;

const pool = new pg.Pool({
  connectionString: DATABASE_URL,
  max: CONNECTIONS,
  options: '-c TimeZone=UTC -c DateStyle=ISO',
  types: {
    // Times as the answer shows them, which spares a Date for each.
    getTypeParser: (oid, format) =>
      oid === pg.types.builtins.TIMESTAMPTZ
        ? (text: string) => `${text.slice(0, 10)}T${text.slice(11, 19)}Z`
        : (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
  },
});
const server = fastify();
const base = `http://127.0.0.1:${PORT}`;

server.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => {
    done(null, parse(String(body)));
  },
);

server.post<{ Params: { service: string }; Body: Record<string, string | undefined> }>(
  '/v1/Services/:service/Sessions',
  async ({ params, body }, reply) => {
    const now = Date.now();
    const created = new Date(now).toISOString();
    const ttl = Number(body['Ttl'] ?? 0);
    const row: SessionRow = {
      sid: newSid('KC'),
      account_sid: MASKLINE_ACCOUNT_SID,
      service_sid: params.service,
      unique_name: body['UniqueName'] ?? null,
      status: 'open',
      closed_reason: null,
      mode: 'voice-and-message',
      ttl,
      date_started: null,
      date_ended: null,
      date_last_interaction: null,
      date_expiry: null,
      date_reopened: null,
      expires_at: new Date(now + ttl * 1000).toISOString(),
      version: 1,
      date_created: created,
      date_updated: created,
    };
    await pool.query({
      name: 'insert',
      text: insert,
      values: [
        ...[
          row.sid,
          row.account_sid,
          row.service_sid,
          row.unique_name,
          row.status,
          row.closed_reason,
          row.mode,
          row.ttl,
        ],
        ...[row.date_started, row.date_ended, row.date_last_interaction, row.date_expiry, row.date_reopened],
        ...[row.expires_at, row.version, row.date_created],
      ],
    });
    reply.code(201);
    return sessionResource(row, base);
  },
);

server.get<{ Params: { sid: string } }>('/v1/Services/:service/Sessions/:sid', async ({ params }) => {
  const { rows } = await pool.query<SessionRow>({ name: 'select', text: select, values: [params.sid] });
  const [row] = rows;
  if (row === undefined) throw new Error('there is no such session');
  return sessionResource(row, base);
});

// It knows no services, and takes any.
server.post('/v1/Services', () => ({ sid: newSid('KS') }));
server.get('/healthz', () => 'ok');

process.once('SIGTERM', () => void server.close().then(() => process.exit()));
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
