import type { KeyObject } from 'node:crypto';
import { openSealed } from '../personal-data/open-sealed.js';
import type { Queryable } from '../queryable.js';
import { eventColumns, recordedEvent, type EventRow, type RecordedEvent } from '../recorded-event.js';
import type { Upcasters } from '../upcasters.js';

const text = `
  select ${eventColumns('event')} from maskline.event
  where partition = $1 and stream_id = $2 and version > $3
  order by version limit $4`;

export interface ReadStreamOptions {
  /** Opens personal fields; without it they come as they lie in the log. */
  readonly masterKey?: KeyObject | null;
  readonly pageSize?: number;
}

/** The events of one stream in order, a page at a time. */
export async function* readStream(
  db: Queryable,
  place: { readonly partition: number; readonly streamId: string; readonly after?: number },
  upcasters: Upcasters,
  { masterKey = null, pageSize = 1000 }: ReadStreamOptions = {},
): AsyncGenerator<RecordedEvent> {
  for (let after = place.after ?? 0; ;) {
    const { rows: page } = await db.query<EventRow>({
      name: 'read-stream',
      text,
      values: [place.partition, place.streamId, after, pageSize],
    });
    for (const row of masterKey === null ? page : await openSealed(db, page, masterKey)) {
      yield recordedEvent(row, upcasters);
      after = row.version;
    }
    if (page.length < pageSize) return;
  }
}
