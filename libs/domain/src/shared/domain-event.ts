/** A fact as the deciders speak of it: past tense, JSON values only, no derived values. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}
