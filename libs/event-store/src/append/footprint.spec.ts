import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Footprint, marksOf } from './footprint.js';
import { live, plainCommand } from '../spec/plain-command.js';
import type { ClaimRange } from '#domain';
import type { PreparedCommand } from './prepared-command.js';

function command(streamId: string, over: Partial<PreparedCommand> = {}): PreparedCommand {
  return plainCommand(streamId, { commandId: `c ${streamId}`, accountSid: 'AC1', ...over });
}

const remembered = { remember: { fingerprint: 'f' } };
const name = { kind: 'name', key: 'b' };
const range: ClaimRange = { kind: 'name', lo: 'a', hi: 'c' };

/** Whether both may be in flight together; it must not matter which came first. */
function areIndependent(one: PreparedCommand, other: PreparedCommand): boolean {
  const [oneFirst, otherFirst] = [
    [one, other],
    [other, one],
  ].map(([first = one, second = other]) => {
    const footprint = new Footprint();
    footprint.add(marksOf(first));
    return !footprint.meets(marksOf(second));
  });
  expect(oneFirst).toBe(otherFirst);
  return oneFirst === true;
}

describe('Footprint', () => {
  it.each([
    ['streams that have nothing to do with each other', command('KC1'), command('KC2')],
    [
      'two that need the same stream',
      command('KC1', { needs: [live('KS1')] }),
      command('KC2', { needs: [live('KS1')] }),
    ],
    [
      'the same command id when neither is remembered',
      command('KC1', { commandId: 'c' }),
      command('KC2', { commandId: 'c' }),
    ],
    [
      'the same name in two accounts',
      command('KC1', { claims: [name] }),
      command('KC2', { claims: [name], accountSid: 'AC2' }),
    ],
    [
      'the same key of two kinds',
      command('KC1', { claims: [name] }),
      command('KC2', { claims: [{ kind: 'pair', key: 'b' }] }),
    ],
    [
      'two that only look at the same range',
      command('KC1', { empties: [range] }),
      command('KC2', { counts: [{ ...range, max: 3 }] }),
    ],
    [
      'a claim at the end of a range, which is not in it',
      command('KC1', { claims: [{ kind: 'name', key: 'c' }] }),
      command('KC2', { empties: [range] }),
    ],
    [
      'a claim in a range of another account',
      command('KC1', { claims: [name] }),
      command('KC2', { empties: [range], accountSid: 'AC2' }),
    ],
  ])('lets %s go together', (_, one, other) => {
    expect(areIndependent(one, other)).toBe(true);
  });

  it.each([
    ['two commands on one stream', command('KC1'), command('KC1', { commandId: 'another' })],
    ['a stream and what needs it', command('KS1'), command('KC1', { needs: [live('KS1')] })],
    [
      'the same remembered command id',
      command('KC1', { commandId: 'c', ...remembered }),
      command('KC2', { commandId: 'c', ...remembered }),
    ],
    ['two claims of one name', command('KC1', { claims: [name] }), command('KC2', { claims: [name] })],
    ['a claim and a release', command('KC1', { claims: [name] }), command('KC2', { releases: [name] })],
    [
      'a claim in a range that must be empty',
      command('KC1', { claims: [name] }),
      command('KC2', { empties: [range] }),
    ],
    [
      'a claim in a range that is counted',
      command('KC1', { claims: [name] }),
      command('KC2', { counts: [{ ...range, max: 1 }] }),
    ],
    ['a release in a range', command('KC1', { releases: [name] }), command('KC2', { empties: [range] })],
    [
      'a claim at the start of a range',
      command('KC1', { claims: [{ kind: 'name', key: 'a' }] }),
      command('KC2', { empties: [range] }),
    ],
  ])('keeps %s apart', (_, one, other) => {
    expect(areIndependent(one, other)).toBe(false);
  });

  it('agrees with comparing every two commands, whatever goes together', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const claims = fc.array(fc.record({ kind: fc.constantFrom('name', 'pair'), key }), { maxLength: 2 });
    const ranges = fc.array(fc.record({ kind: fc.constantFrom('name', 'pair'), lo: key, hi: key }), {
      maxLength: 1,
    });
    const some = fc
      .record({
        stream: fc.constantFrom('s1', 's2', 's3', 's4', 's5', 's6'),
        accountSid: fc.constantFrom('AC1', 'AC2'),
        needs: fc.array(fc.constantFrom('s1', 's6').map(live), { maxLength: 1 }),
        claims,
        releases: claims,
        empties: ranges,
        counts: ranges.map((list) => list.map((one) => ({ ...one, max: 1 }))),
      })
      .map(({ stream, ...over }) => command(stream, over));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (commands) => {
        const footprint = new Footprint();
        const taken: PreparedCommand[] = [];
        for (const next of commands) {
          const marks = marksOf(next);
          expect(footprint.meets(marks)).toBe(taken.some((other) => meet(next, other)));
          if (footprint.meets(marks)) continue;
          footprint.add(marks);
          taken.push(next);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** The rule itself, without any index. */
function meet(one: PreparedCommand, other: PreparedCommand): boolean {
  return spoils(one, other) || spoils(other, one);
}

/** Whether a write of `one` meets a write or a read of `other`. */
function spoils(one: PreparedCommand, other: PreparedCommand): boolean {
  if (one.streamId === other.streamId || other.needs.some(({ stream }) => stream === one.streamId))
    return true;
  if (one.accountSid !== other.accountSid) return false;
  const [written, alsoWritten] = [one, other].map(({ claims, releases }) => [...claims, ...releases]);
  return (written ?? []).some(
    ({ kind, key }) =>
      (alsoWritten ?? []).some((claim) => claim.kind === kind && claim.key === key) ||
      [...other.empties, ...other.counts].some(
        (range) => range.kind === kind && key >= range.lo && key < range.hi,
      ),
  );
}
