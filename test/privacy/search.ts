import { Redis } from 'ioredis';
import type { Database } from '#platform';

/** Where it was looked, and what lies there. */
export type Texts = Map<string, string>;

/**
 * Every row of every table, as text: `bytea` in hexadecimal. But for the simulator's own, which to Maskline is the database of
 * another company: the carrier keeps what it carried, whatever we forget.
 */
export async function readTables({ admin }: Database): Promise<Texts> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema', 'simulator')`,
  );
  const texts: Texts = new Map();
  for (const { name } of tables) {
    const { rows } = await admin.query<{ row: string }>(`select t::text as row from ${name} t`);
    texts.set(name, rows.map(({ row }) => row).join('\n'));
  }
  return texts;
}

/** Every key of a Redis with all that it holds. */
export async function readRedis(url: string): Promise<Texts> {
  const redis = new Redis(url);
  try {
    const texts: Texts = new Map();
    for (const key of await redis.keys('*')) texts.set(`redis ${key}`, await valueOf(redis, key));
    return texts;
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<string> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      // Gone between two questions.
      if (type === 'none') return '';
      throw new Error(`nobody has said how to read a ${type}`);
  }
}

/** As it may lie somewhere: plainly, in a path or form, or as bytes. */
function spellingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  // Without the end, which depends on what follows.
  return [
    text,
    encodeURIComponent(text),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/.?=*$/, ''),
  ];
}

/** The places that hold the text, sorted. */
export function placesOf(text: string, texts: Texts): string[] {
  const forms = spellingsOf(text);
  return [...texts]
    .flatMap(([place, held]) => (forms.some((form) => held.includes(form)) ? [place] : []))
    .sort();
}

/** The places in which something of this form is found, sorted. */
export function placesWith(form: RegExp, texts: Texts): string[] {
  return [...texts].flatMap(([place, held]) => (form.test(held) ? [place] : [])).sort();
}
