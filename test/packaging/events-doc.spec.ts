import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { events, isEventType, type EventData } from '#contracts';
import type { AccountEvent, PhoneNumberEvent, ServiceEvent, SessionEvent, ShortCodeEvent } from '#domain';
import { packageRoot } from '#platform';
import { describeEvents, fixturesOf } from '#testing';

type AnyEvent = AccountEvent | ServiceEvent | PhoneNumberEvent | ShortCodeEvent | SessionEvent;

type Told = { readonly [Type in AnyEvent['type']]: Extract<AnyEvent, { type: Type }>['data'] };

type DeepReadonly<Value> = Value extends object
  ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
  : Value;

/** The types of which the contract says something else than the code. */
type Misfit = {
  [Type in AnyEvent['type']]: Told[Type] extends DeepReadonly<EventData<Type>> ? never : Type;
}[AnyEvent['type']];

/** Does not compile when there is one, or when the contract does not know a type. */
const fits: [Misfit] extends [never] ? true : Misfit = true;

describe('the contract of events', () => {
  it.each(Object.keys(events).filter(isEventType))(
    'reads %s as it was released, every field of it',
    (type) => {
      const fixtures = fixturesOf(type);
      expect(fixtures.length).toBeGreaterThan(0);
      // A field that the schema does not name would be gone.
      for (const data of fixtures) expect(events[type].parse(data)).toEqual(data);
    },
  );

  it('has no more events than the code, and docs/events.md says what it says', async () => {
    expect(fits).toBe(true);
    expect(readFileSync(join(packageRoot, 'docs', 'events.md'), 'utf8')).toBe(await describeEvents());
  });
});
