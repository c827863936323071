import type { PageRange } from '#read-model';
import type { BenchRun } from '../bench-run.js';
import { readTexts } from '../bench-server.js';
import { interleave, type Contender } from '../interleave.js';
import { accountSid } from '../session-wish.js';
import { spread } from '../spread.js';
import { printTable } from '../table.js';
import type { Filled, Scale } from './scale.js';

const PAGE = 50;
const READS = 300;
const places = ['first', 'middle', 'last'] as const;

/** A page of a short list beside one of a long list, at its beginning, in the middle and at its end. */
export async function measureListPages(run: BenchRun, scale: Scale): Promise<void> {
  const lists = [await openList(scale, scale.few), await openList(scale, scale.many)];
  const figures = await interleave(lists, places, run.rounds);
  console.log(`### A page of ${PAGE} sessions, by keyset\n`);
  printTable(
    ['sessions in the service', 'page', 'ms (min – max)'],
    places.flatMap((place, i) =>
      Array.from(figures[i] ?? [], ([name, rounds]) => {
        const { median, min, max } = spread(rounds);
        return [name, place, `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`];
      }),
    ),
  );
}

async function openList(scale: Scale, filled: Filled): Promise<Contender<(typeof places)[number], number>> {
  const { serviceSid, sessions } = filled;
  const from: Record<(typeof places)[number], PageRange['from']> = {
    first: 0,
    middle: await rowAt(scale.url, filled, Math.floor(sessions / 2)),
    last: await rowAt(scale.url, filled, sessions - PAGE - 1),
  };
  return {
    name: sessions.toLocaleString('en'),
    /** Milliseconds a page. */
    async measure(place) {
      const started = performance.now();
      for (let i = 0; i < READS; i++) {
        const { rows } = await scale.sessions.list(accountSid, serviceSid, { size: PAGE, from: from[place] });
        if (rows.length !== PAGE) throw new Error(`a page of ${rows.length}`);
      }
      return (performance.now() - started) / READS;
    },
  };
}

async function rowAt(url: string, { serviceSid }: Filled, offset: number): Promise<PageRange['from']> {
  const [text = ''] = await readTexts(
    url,
    `select to_char(date_created at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || ' ' || sid as text
     from maskline.session where service_sid = '${serviceSid}'
     order by date_created desc, sid desc offset ${offset} limit 1`,
  );
  const [dateCreated = '', sid = ''] = text.split(' ');
  return { direction: 'after', dateCreated, sid };
}
