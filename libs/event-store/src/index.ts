export { accountsAt } from './accounts-at.js';
export type { Queryable } from './queryable.js';
export type { BatcherOptions, Flush } from './batcher.js';
export { canonicalJson } from './canonical-json.js';
export { CoalescedRead } from './coalesced-read.js';
export {
  addConsumer,
  consumerName,
  isRegistered,
  listConsumers,
  pauseConsumer,
  relayName,
  removeConsumer,
  type Consumer,
  type ConsumerStart,
  type NewWebhook,
  type Webhook,
} from './consumer-registry.js';
export { changeWebhook, pauseGone, readWebhook, type WebhookSettings } from './consumer-webhook.js';
export { contentHash } from './content-hash.js';
export { copyOut } from './copy-out.js';
export {
  askDeadLetter,
  countDeadLetters,
  listDeadLetters,
  type DeadLetter,
  type Wish,
} from './dead-letters/dead-letter.js';
export { noteSkipped } from './dead-letters/skipped-event.js';
export type { Decoding } from './decoding.js';
export type { EventContext, Idempotency } from './event-context.js';
export { EventStore, type EventStoreOptions, type Given, type GivenChange } from './event-store.js';
export { findStream, type StreamPlace } from './find-stream.js';
export { foldStreams, type Fold, type FoldedStreams, type StreamRange } from './fold-streams.js';
export type { Changed } from './changed.js';
export { overloaded } from './overloaded.js';
export { partitionOf } from './partition.js';
export { plainArray, textArray } from './pg-array.js';
export type { SecretChange } from './prepared-command.js';
export {
  anyChildProjector,
  anyProjector,
  type AnyChildProjector,
  type AnyProjector,
  type ChildProjector,
  type ChildStep,
  type InlineProjector,
  type Projected,
  type Projector,
} from './projector.js';
export { openSealed } from './open-sealed.js';
export { readNewest } from './read-newest.js';
export { hasUnknownStart, readOrdered } from './read-ordered.js';
export { readSubjectKeys } from './read-subject-keys.js';
export { readStream, type ReadStreamOptions } from './read-stream.js';
export { isSealed, type SealedField } from './sealed-field.js';
export type { RecordedEvent } from './recorded-event.js';
export { upcasters, type Upcaster, type Upcasters } from './upcasters.js';
export { ensurePartitions, readHeads, readPartitions, type Head } from './partitions.js';
export { forgetOldCommands } from './forget-commands.js';
export type { ChangeOptions } from './prepare.js';
export { registerSubscription } from './lease.js';
export { readFeed, type FeedFrom, type ShowField } from './read-feed.js';
export { readLog, type LogPage } from './read-log.js';
export { noteMarked, noteSettled, readRelayProgress, type RelayProgress } from './relay-progress.js';
export {
  countReplay,
  positionAt,
  readReplay,
  type EventReference,
  type ReplayCount,
  type ReplayRange,
} from './replay-range.js';
export { readSubscriptions, type SubscriptionStatus } from './subscription-status.js';
export { Subscription } from './subscription.js';
export type { OutsideSubscription, SqlSubscription, SubscriptionOptions } from './subscription-options.js';
export { Wake } from './wake.js';
export { claimStream, moveStream, releaseStream, type StreamClaim } from './webhook-cursor.js';
export { withoutSealed } from './without-sealed.js';
