import { SessionSearch, type SessionFilter } from '#read-model';
import type { Store } from '#application';
import type { BenchRun } from '../bench-run.js';
import { readTexts, writeTo } from '../bench-server.js';
import { interleave } from '../interleave.js';
import { accountSid } from '../session-wish.js';
import { spread } from '../spread.js';
import { printTable } from '../table.js';
import type { Scale } from './scale.js';

const PAGE = 50;
const READS = 50;
const anything: SessionFilter = {
  sid: null,
  uniqueName: null,
  identifier: null,
  serviceSid: null,
  status: null,
  mode: null,
  createdFrom: null,
  createdTo: null,
  endedFrom: null,
  endedTo: null,
};

/**
 * What the admin API's search takes among all the sessions of an account. Comes last: rows are changed by themselves, as if nearly
 * all had ended, each had somebody in it, and a few were of another mode.
 */
export async function measureSearch(run: BenchRun, store: Store, scale: Scale): Promise<void> {
  const { url, many } = scale;
  for (const sql of [
    `update maskline.session s set status = case when n.i % 1000 = 0 then s.status else 'closed' end,
       mode = case when n.i % 30000 = 0 then 'voice-only' else s.mode end, expires_at = null, timer_at = null,
       date_ended = case when n.i % 1000 = 0 then null else s.date_created + interval '1 hour' end
     from (select sid, row_number() over (order by date_created, sid) as i from maskline.session where service_sid = '${many.serviceSid}') n
     where s.partition = 0 and s.sid = n.sid`,
    `insert into maskline.participant (partition, sid, account_sid, service_sid, session_sid, identifier, proxy_identifier,
       proxy_identifier_sid, date_created, date_updated)
     select 0, 'KP' || substr(s.sid, 3), s.account_sid, s.service_sid, s.sid,
       '+1628' || lpad((row_number() over (order by s.date_created, s.sid) / 20)::text, 7, '0'), '+14155550100', 'PN', s.date_created, s.date_created
     from maskline.session s where s.service_sid = '${many.serviceSid}'`,
    'vacuum (analyze) maskline.session, maskline.participant',
  ]) {
    await writeTo(url, sql);
  }
  const search = new SessionSearch(store.database, store.events.partitions);
  const page = (filter: Partial<SessionFilter>, after: Parameters<SessionSearch['find']>[3] = null) =>
    search.find(accountSid, { ...anything, ...filter }, PAGE, after);
  const half = Math.floor(many.sessions / 2);
  const [text = '{}'] = await readTexts(
    url,
    `select json_build_object('sid', sid, 'uniqueName', unique_name, 'dateCreated',
       to_char(date_created at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text as text
     from maskline.session where service_sid = '${many.serviceSid}' order by date_created, sid offset ${half} limit 1`,
  );
  const middle = JSON.parse(text) as { sid: string; uniqueName: string; dateCreated: string };
  const searches: Record<string, () => ReturnType<typeof page>> = {
    'nothing: the newest': () => page({}),
    'nothing, from the middle on': () => page({}, middle),
    SID: () => page({ sid: middle.sid }),
    'unique name': () => page({ uniqueName: middle.uniqueName }),
    'identifier, of 20 sessions': () =>
      page({ identifier: `+1628${String(Math.floor(half / 20)).padStart(7, '0')}` }),
    'identifier of nobody': () => page({ identifier: '+16289999999' }),
    'status in-progress or open, one in 1,000': () => page({ status: 'open' }),
    'status closed': () => page({ status: 'closed' }),
    'a minute of creation in the middle': () =>
      page({ createdFrom: middle.dateCreated, createdTo: later(middle.dateCreated, 1) }),
    'a minute of ends': () =>
      page({ endedFrom: later(middle.dateCreated, 60), endedTo: later(middle.dateCreated, 61) }),
    'a mode that one in 30,000 has': () => page({ mode: 'voice-only' }),
  };
  const contender = {
    name: 'search',
    /** Milliseconds a page. */
    async measure(name: string) {
      const started = performance.now();
      for (let i = 0; i < READS; i++) await searches[name]?.();
      return (performance.now() - started) / READS;
    },
  };
  const names = Object.keys(searches);
  await interleave([contender], names, 1); // to warm up
  const figures = await interleave([contender], names, run.rounds);
  console.log(
    `### A page of ${PAGE} of the admin API’s search, among ${many.sessions.toLocaleString('en')}\n`,
  );
  const found = await Promise.all(names.map(async (name) => (await searches[name]?.())?.rows.length ?? 0));
  printTable(
    ['by', 'found', 'ms (min – max)'],
    names.map((name, i) => {
      const { median, min, max } = spread(figures[i]?.get('search') ?? []);
      return [name, String(found[i]), `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`];
    }),
  );
}

function later(time: string, minutes: number): string {
  return new Date(Date.parse(time) + minutes * 60_000).toISOString();
}
