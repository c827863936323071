import type { Queryable } from '#event-store';
import { statement } from '#platform';

const listening = statement(
  'listening-sessions',
  `select s.sid as "sessionSid", s.service_sid as "serviceSid"
  from unnest($2::text[]) w(sid)
  cross join lateral (
    select s.sid, s.service_sid from maskline.session s where s.partition = $1 and s.sid = w.sid limit 1
  ) s
  cross join lateral (
    select from maskline.service k where k.partition = $1 and k.sid = s.service_sid and k.callback_url is not null limit 1
  ) k`,
);

/** By session, the service that wants to be told what happens in it; sessions of other services are left out. */
export async function listeningServices(
  db: Queryable,
  partition: number,
  sessionSids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows: found } = await db.query<{ sessionSid: string; serviceSid: string }>(
    listening(partition, [...sessionSids]),
  );
  return new Map(found.map(({ sessionSid, serviceSid }) => [sessionSid, serviceSid]));
}

const started = statement(
  'told-interactions',
  `select d.interaction_sid as sid, d.started_version as version
  from unnest($2::text[]) w(sid)
  cross join lateral (
    select d.interaction_sid, d.started_version from maskline.delivery d
    where d.partition = $1 and d.interaction_sid = w.sid and d.interaction_sid > '' limit 1
  ) d`,
);

/** The version with which interactions began, of those that somebody was told of before. */
export async function startedVersions(
  db: Queryable,
  partition: number,
  interactionSids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ sid: string; version: number }>(started(partition, [...interactionSids]));
  return new Map(rows.map(({ sid, version }) => [sid, version]));
}
