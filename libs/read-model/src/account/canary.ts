import type { Queryable } from '#event-store';

/** A text sealed by the master key of this database; null before the first start. */
export async function findCanary(db: Queryable): Promise<Buffer | null> {
  const text = 'select canary from maskline.master_key';
  const { rows } = await db.query<{ canary: Buffer }>({ name: 'find-canary', text, values: [] });
  const [row] = rows;
  return row?.canary ?? null;
}

/** Keeps the text of whoever starts first. */
export async function addCanary(db: Queryable, canary: Buffer): Promise<void> {
  const text = 'insert into maskline.master_key (canary) values ($1) on conflict do nothing';
  await db.query({ name: 'add-canary', text, values: [canary] });
}
