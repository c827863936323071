import { DomainError } from '#domain';
import type { ChangeOptions } from '#event-store';
import type { NumberPool, PickedNumber } from '#read-model';

type Needs = NonNullable<ChangeOptions['needs']>;

/** The numbers of a session, some of which may have left the pool while it was closed. */
export interface HeldNumbers {
  readonly needs: Needs;
  /** Refuses when one has left. */
  readonly requireAll: () => void;
}

export async function heldNumbers(
  pool: NumberPool,
  accountSid: string,
  sessionSid: string,
): Promise<HeldNumbers> {
  const numbers = await pool.heldBy(accountSid, sessionSid);
  const there = numbers.filter((number) => number !== null);
  return {
    needs: there.map(needOf),
    requireAll: () => {
      if (there.length === numbers.length) return;
      throw new DomainError('proxy-identifier-not-in-service', 'a number of the session has left the pool');
    },
  };
}

/** A number must be where it was when it was looked at: one that has left its pool serves nobody. */
export function needOf({ sid, version }: PickedNumber): Needs[number] {
  return { stream: sid, version };
}
