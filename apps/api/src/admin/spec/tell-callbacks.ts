import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Alerts, Callbacks, DeliveryRounds, MasterKey, takeDeliveries } from '#application';
import { EventStore, partitionOf, readStream, upcasters, type RecordedEvent } from '#event-store';
import { Database } from '#platform';

/** What a worker does for the CallbackUrl of a session's service: takes on what began there, and makes what is due. */
export async function tellCallbacks(
  app: NestFastifyApplication,
  {
    accountSid,
    serviceSid,
    sessionSid,
  }: Readonly<Record<'accountSid' | 'serviceSid' | 'sessionSid', string>>,
): Promise<void> {
  const database = app.get(Database);
  const { key } = app.get(MasterKey);
  const partition = partitionOf(accountSid, app.get(EventStore).partitions);
  const told: RecordedEvent[] = [];
  for await (const recorded of readStream(database.reads, { partition, streamId: sessionSid }, upcasters)) {
    // What the carrier reports later comes when it comes: a spec could not count on it.
    if (recorded.event.type === 'InteractionStarted') told.push(recorded);
  }
  await takeDeliveries(database.reads, partition, told, key);
  const rounds = new DeliveryRounds(database, app.get(Callbacks), app.get(Alerts), key, 5);
  let round: string | null;
  do round = await rounds.run({ partition, serviceSid });
  while (round !== null);
}
