import type { RowDifference } from './compare-rows.js';
import { inSnapshot } from './in-snapshot.js';
import type { Verifying } from './verifying.js';

const columns = [
  'is_reserved',
  'can_call',
  'can_text',
  'iso_country',
  'added_at',
  'sid',
  'sessions',
] as const;

/** What the numbers of the pools and the claims of the sessions say, beside what is kept for number selection. */
const text = `
  with pooled as (
    select service_sid, phone_number as number, sid, account_sid, iso_country, is_reserved, capabilities, date_created
    from maskline.phone_number where partition = $1
    union all
    select service_sid, short_code, sid, account_sid, iso_country, is_reserved, capabilities, date_created
    from maskline.short_code where partition = $1
  ),
  expected as (
    select service_sid, number, sid, iso_country, is_reserved, (capabilities ->> 'voice')::boolean as can_call,
      (capabilities ->> 'sms')::boolean as can_text, date_created as added_at,
      maskline.count_sessions($1, account_sid, service_sid, number) as sessions
    from pooled
  )
  select coalesce(e.sid, u.sid) as sid,
    case when u.sid is null then 'missing' when e.sid is null then 'surplus' else 'different' end as kind,
    array_remove(array[${columns.map((name) => `case when e.${name} is distinct from u.${name} then '${name}' end`).join(', ')}], null) as columns
  from expected e
  full join (select * from maskline.number_use where partition = $1) u on u.service_sid = e.service_sid and u.number = e.number`;

/**
 * Compares the pools as number selection sees them with the numbers themselves and with what sessions hold. These rows are not
 * folded from events: sessions are counted one by one, and a slip would stay.
 */
export async function verifyPools(
  { client, partitions, signal, onCompared }: Verifying,
  onDifference: (difference: RowDifference) => void,
): Promise<void> {
  for (const partition of partitions) {
    signal.throwIfAborted();
    const tables = 'maskline.phone_number, maskline.short_code, maskline.number_use';
    const { rows } = await inSnapshot(client, tables, () =>
      client.query<Pick<RowDifference, 'sid' | 'kind'> & { readonly columns: string[] }>(text, [partition]),
    );
    onCompared(rows.length);
    for (const { sid, kind, columns: names } of rows) {
      if (kind !== 'different') onDifference({ table: 'number_use', sid, kind, columns: [] });
      else if (names.length > 0) onDifference({ table: 'number_use', sid, kind, columns: names });
    }
  }
}
