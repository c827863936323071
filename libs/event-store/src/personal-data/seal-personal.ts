import type { KeyObject } from 'node:crypto';
import type { DomainEvent, PersonalData, PersonalFields } from '#domain';
import type { EventKeyChange } from '../append/prepared-command.js';
import { sealField } from './sealed-field.js';
import { SubjectKeys, type WrappedKeys } from './subject-keys.js';

export interface SealedEvents {
  /** The events as they will lie in the log. */
  readonly events: readonly DomainEvent[];
  /** The keys that come and go with them. */
  readonly keys: readonly EventKeyChange[];
}

type AnyFields = PersonalFields<Record<string, unknown>>;

/** Encrypts what the events of one command tell about people. What is null stays null: nobody is told by it. */
export function sealPersonal<Event extends DomainEvent>(
  personal: PersonalData<Event>,
  place: { readonly accountSid: string; readonly streamId: string },
  events: readonly Event[],
  { keys: wrapped, version }: { readonly keys: WrappedKeys; readonly version: number },
  masterKey: KeyObject,
): SealedEvents {
  // The entry of a type is only ever given data of that type.
  const byType = personal as unknown as Readonly<Record<string, AnyFields | undefined>>;
  // Most commands tell about nobody.
  if (!events.some(({ type }) => byType[type] !== undefined)) return { events, keys: [] };
  const keys = new SubjectKeys(masterKey, place.streamId, wrapped, version === 0);
  const erased = new Set<string>();
  const sealed = events.map((event) => {
    const { fields = [], subject, erases } = byType[event.type] ?? {};
    const data: Record<string, unknown> = { ...event.data };
    if (erases !== undefined) erased.add(erases(data));
    if (fields.length === 0) return event;
    const whose = subject === undefined ? place.streamId : subject(data);
    for (const field of fields) {
      const value = data[field];
      if (value == null) continue;
      data[field] = sealField(keys.of(whose), whose, value, { ...place, type: event.type, field });
    }
    return { type: event.type, data };
  });
  const destroyed = Array.from(erased, (subject) => ({ subject, wrapped: null }));
  return { events: sealed, keys: [...destroyed, ...keys.added(erased)] };
}
