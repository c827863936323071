import type { KeyObject } from 'node:crypto';
import type { SessionEvent } from '#domain';
import { readSubjectKeys, type Queryable, type RecordedEvent } from '#event-store';
import { seal } from '#platform';
import {
  addDeliveries,
  interactionAfter,
  listeningServices,
  requestPlace,
  startedVersions,
  type InteractionRow,
  type NewDelivery,
} from '#read-model';
import { interactionCallback } from '#wire';
import { GIVE_UP_DAYS } from './retry-schedule.js';

/** Of what a CallbackUrl is told (contract §12.1): a new interaction, and every change of its legs. */
export const TOLD_EVENTS = [
  'InteractionStarted',
  'InteractionLegStatusChanged',
  'InteractionBlocked',
  'InteractionCompleted',
] as const satisfies SessionEvent['type'][];

/** Something happened to an interaction of a service that wants to know. */
interface Told {
  readonly recorded: RecordedEvent;
  readonly serviceSid: string;
  readonly interactionSid: string;
}

/**
 * Makes deliveries of events, each with the interaction as it was after that event; once each, however often they come. What is
 * sent is sealed by the key of the interaction, or of its session as long as there is nothing personal in it: whose key was
 * destroyed is told about no more. Answers the services that are to be told.
 */
export async function takeDeliveries(
  db: Queryable,
  partition: number,
  events: readonly RecordedEvent[],
  masterKey: KeyObject,
): Promise<string[]> {
  const listening = await listeningServices(db, partition, [
    ...new Set(events.map(({ streamId }) => streamId)),
  ]);
  const told = events.flatMap((recorded): Told[] => {
    const serviceSid = listening.get(recorded.streamId);
    // By its type; nothing personal is looked at, for it is still sealed here.
    const { interactionSid } = recorded.event.data as { readonly interactionSid: string };
    return serviceSid === undefined ? [] : [{ recorded, serviceSid, interactionSid }];
  });
  if (told.length === 0) return [];
  const deliveries = await sealedDeliveries(db, partition, told, masterKey);
  await addDeliveries(db, partition, deliveries, GIVE_UP_DAYS);
  return [...new Set(deliveries.map(({ serviceSid }) => serviceSid))];
}

async function sealedDeliveries(
  db: Queryable,
  partition: number,
  told: readonly Told[],
  masterKey: KeyObject,
): Promise<NewDelivery[]> {
  const known = await startedVersions(db, partition, [
    ...new Set(told.map(({ interactionSid }) => interactionSid)),
  ]);
  const deliveries: NewDelivery[] = [];
  for (const [interactionSid, changes] of byInteraction(told)) {
    const [{ recorded: first }] = changes;
    const sessionSid = first.streamId;
    const started =
      first.event.type === 'InteractionStarted' ? first.version : (known.get(interactionSid) ?? 1);
    const versions = changes.map(({ recorded }) => recorded.version);
    const wanted = { partition, sessionSid, interactionSid, from: started, versions };
    const rows = await interactionAfter(db, wanted, masterKey);
    const subjects = [interactionSid, sessionSid];
    const keys = await readSubjectKeys(
      db,
      subjects.map((subject) => ({ partition, streamId: sessionSid, subject })),
      masterKey,
    );
    const whose = keys.findIndex((key) => key !== null);
    const [subject, key] = [subjects[whose], keys[whose]];
    if (subject === undefined || key == null) continue;
    for (const { recorded, serviceSid } of changes) {
      const then = rows.get(recorded.version);
      if (then === undefined) continue;
      const sid = deliverySid(recorded.eventId);
      deliveries.push({
        sid,
        accountSid: recorded.accountSid,
        serviceSid,
        sessionSid,
        interactionSid,
        eventId: recorded.eventId,
        eventType: recorded.event.type,
        version: recorded.version,
        startedVersion: then.startedVersion,
        subject,
        request: sealForm(then.row, sid, key),
      });
    }
  }
  return deliveries;
}

function sealForm(row: InteractionRow, sid: string, key: KeyObject): Buffer {
  return seal(key, JSON.stringify(interactionCallback(row)), requestPlace(sid));
}

/** An event has one delivery at most, so one is known by the other. */
function deliverySid(eventId: string): string {
  return `DL${eventId.replaceAll('-', '')}`;
}

function byInteraction(told: readonly Told[]): Map<string, [Told, ...Told[]]> {
  const groups = new Map<string, [Told, ...Told[]]>();
  for (const change of told) {
    const group = groups.get(change.interactionSid);
    if (group === undefined) groups.set(change.interactionSid, [change]);
    else group.push(change);
  }
  return groups;
}
