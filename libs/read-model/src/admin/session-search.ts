import { MAX_PARTICIPANTS, MAX_REMOVED } from '#domain';
import { partitionOf } from '#event-store';
import type { Database } from '#platform';
import type { PageCursor } from '../page.js';
import { presentSession } from '../session/present-session.js';
import type { ParticipantRow, SessionRow } from '../tables.js';
import { searchStatement, type SessionFilter } from './search-statement.js';

export interface FoundSessions {
  readonly rows: readonly SessionRow[];
  /** Where the search goes on; null when all has been looked at. A page may be short and yet not the last. */
  readonly next: PageCursor | null;
}

export type FoundParticipant = Pick<
  ParticipantRow,
  'sid' | 'session_sid' | 'identifier' | 'friendly_name' | 'proxy_identifier' | 'date_deleted'
>;

const activeStatuses = ['open', 'in-progress'] as const;

/** Of one session at most: what its stream holds. */
const MOST_PARTICIPANTS = MAX_PARTICIPANTS + MAX_REMOVED;

const participants = `
  select p.sid, p.session_sid, p.identifier, p.friendly_name, p.proxy_identifier, p.date_deleted
  from unnest($2::text[]) with ordinality w(sid, i)
  cross join lateral (
    select * from maskline.participant p
    where p.partition = $1 and p.session_sid = w.sid and p.account_sid = $3 and p.date_created > '-infinity'
    order by p.date_created, p.sid limit ${MOST_PARTICIPANTS}
  ) p
  order by w.i`;

type FoundRow = Readonly<Record<'looked_at', number>> &
  Readonly<Record<'last_created' | 'last_sid', string | null>> &
  ((SessionRow & { readonly now: string }) | { readonly sid: null });

/** Finds sessions of an account, whatever their service, newest first. For people: each search is planned for what it asks. */
export class SessionSearch {
  constructor(
    private readonly db: Database,
    private readonly partitions: number,
  ) {}

  async find(
    accountSid: string,
    filter: SessionFilter,
    size: number,
    after: Pick<PageCursor, 'dateCreated' | 'sid'> | null,
  ): Promise<FoundSessions> {
    const { text, values, mostLookedAt } = searchStatement(
      partitionOf(accountSid, this.partitions),
      accountSid,
      filter,
      size,
      after,
    );
    const { rows } = await this.db.reads.query<FoundRow>({ text, values });
    const found = rows.flatMap((row) => (row.sid === null ? [] : [row]));
    const shown = found.slice(0, size);
    const last = shown.at(-1);
    const next = (dateCreated: string, sid: string): PageCursor => ({ direction: 'after', dateCreated, sid });
    const [{ looked_at, last_created, last_sid } = { looked_at: 0, last_created: null, last_sid: null }] =
      rows;
    return {
      rows: shown.map(({ looked_at: _1, last_created: _2, last_sid: _3, now, ...session }) =>
        presentSession(session, now),
      ),
      next:
        found.length > size && last !== undefined
          ? next(last.date_created, last.sid)
          : looked_at === mostLookedAt && last_created !== null && last_sid !== null
            ? next(last_created, last_sid)
            : null,
    };
  }

  /** Up to so many of those that are active, and whether there may be more. */
  async findActive(
    accountSid: string,
    filter: SessionFilter,
    most: number,
  ): Promise<{ readonly sids: string[]; readonly hasMore: boolean }> {
    const sids: string[] = [];
    for (const status of activeStatuses) {
      if (filter.status !== null && filter.status !== status) continue;
      let after: PageCursor | null = null;
      do {
        if (sids.length >= most) return { sids, hasMore: true };
        const page: FoundSessions = await this.find(
          accountSid,
          { ...filter, status },
          most - sids.length,
          after,
        );
        sids.push(...page.rows.map(({ sid }) => sid));
        after = page.next;
      } while (after !== null);
    }
    return { sids, hasMore: false };
  }

  /** Who is or was in these sessions. */
  async participantsOf(accountSid: string, sids: readonly string[]): Promise<FoundParticipant[]> {
    const partition = partitionOf(accountSid, this.partitions);
    const { rows } = await this.db.reads.query<FoundParticipant>({
      name: 'participants-of-sessions',
      text: participants,
      values: [partition, [...sids], accountSid],
    });
    return rows;
  }
}
