export { canonicalJson } from './canonical-json.js';
export type { Decoding } from './decoding.js';
export type { EventContext, Idempotency } from './event-context.js';
export { EventStore, type EventStoreOptions, type Given, type GivenChange } from './event-store.js';
export { overloaded } from './overloaded.js';
export { partitionOf } from './partition.js';
export { ensurePartitions, readHeads, readPartitions, type Head } from './partitions.js';
export { plainArray, textArray } from './pg-array.js';
export type { Queryable } from './queryable.js';
export type { RecordedEvent } from './recorded-event.js';
export { upcasters, type Upcaster, type Upcasters } from './upcasters.js';
export type { BatcherOptions, Flush } from './append/batcher.js';
export type { Changed } from './append/changed.js';
export { contentHash } from './append/content-hash.js';
export { forgetOldCommands } from './append/forget-commands.js';
export type { ChangeOptions } from './append/prepare.js';
export type { SecretChange } from './append/prepared-command.js';
export {
  addConsumer,
  consumerName,
  findConsumer,
  isRegistered,
  listConsumers,
  pauseConsumer,
  relayName,
  removeConsumer,
  type Consumer,
  type ConsumerStart,
  type NewWebhook,
  type Webhook,
} from './consumers/consumer-registry.js';
export { changeWebhook, pauseGone, readWebhook, type WebhookSettings } from './consumers/consumer-webhook.js';
export { hasUnknownStart, readOrdered } from './consumers/read-ordered.js';
export {
  noteMarked,
  noteSettled,
  readRelayProgress,
  type RelayProgress,
} from './consumers/relay-progress.js';
export { claimStream, moveStream, releaseStream, type StreamClaim } from './consumers/webhook-cursor.js';
export {
  askDeadLetter,
  countDeadLetters,
  listDeadLetters,
  type DeadLetter,
  type Wish,
} from './dead-letters/dead-letter.js';
export { noteSkipped } from './dead-letters/skipped-event.js';
export { CoalescedRead } from './load/coalesced-read.js';
export { openSealed } from './personal-data/open-sealed.js';
export { readSubjectKeys } from './personal-data/read-subject-keys.js';
export { isSealed, type SealedField } from './personal-data/sealed-field.js';
export { withoutSealed } from './personal-data/without-sealed.js';
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
} from './projection/projector.js';
export { accountsAt } from './read/accounts-at.js';
export { copyOut } from './read/copy-out.js';
export { findStream, type StreamPlace } from './read/find-stream.js';
export { foldStreams, type Fold, type FoldedStreams, type StreamRange } from './read/fold-streams.js';
export { readFeed, type FeedFrom, type ShowField } from './read/read-feed.js';
export { readLog, type LogPage } from './read/read-log.js';
export { readNewest } from './read/read-newest.js';
export { readStream, type ReadStreamOptions } from './read/read-stream.js';
export {
  countReplay,
  positionAt,
  readReplay,
  type EventReference,
  type ReplayCount,
  type ReplayRange,
} from './read/replay-range.js';
export { registerSubscription } from './subscription/lease.js';
export { Subscription } from './subscription/subscription.js';
export type {
  OutsideSubscription,
  SqlSubscription,
  SubscriptionOptions,
} from './subscription/subscription-options.js';
export { readSubscriptions, type SubscriptionStatus } from './subscription/subscription-status.js';
export { Wake } from './subscription/wake.js';
