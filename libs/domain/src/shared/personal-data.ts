import type { DomainEvent } from './domain-event.js';

/** How the events of a stream tell about people, by event type. */
export type PersonalData<Event extends DomainEvent> = {
  readonly [Type in Event['type']]?: PersonalFields<Extract<Event, { type: Type }>['data']>;
};

/**
 * These fields of an event's data are kept encrypted under a key of the person or thing they tell about. Destroying the
 * key erases them everywhere at once, and the history stays what it was. All keys of a stream die when it is deleted.
 */
export interface PersonalFields<Data extends object> {
  readonly fields?: readonly (keyof Data & string)[];
  /** Whose key encrypts them, e.g. an interaction's; the stream's own when it is not said. */
  readonly subject?: (data: Data) => string;
  /** Whose key this event destroys. */
  readonly erases?: (data: Data) => string;
}
