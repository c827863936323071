import { describe, expect, it } from '@jest/globals';
import { accountHeld, heldElsewhere, holdOf, holdsBelow, sessionHeld } from './legal-hold.js';
import type { Claim, ClaimRange } from './stream.js';

const isIn = ({ kind, key }: Claim, range: ClaimRange) =>
  kind === range.kind && key >= range.lo && key < range.hi;
const [account, other] = [`AC${'0'.repeat(32)}`, `AC${'0'.repeat(31)}1`];
const [service, session] = [`KS${'a'.repeat(32)}`, `KC${'b'.repeat(32)}`];

describe('the claims of a legal hold', () => {
  it('of an account are met by what looks for it, and by nothing else', () => {
    const [claim] = accountHeld(account);
    expect(claim && isIn(claim, holdOf(account))).toBe(true);
    expect(claim && isIn(claim, holdOf(other))).toBe(false);
  });

  it('of a session are met by the deletion of its service, not by that of another session', () => {
    const claims = sessionHeld(service, session);
    expect(claims.some((claim) => isIn(claim, holdsBelow(service)))).toBe(true);
    expect(claims.some((claim) => isIn(claim, holdsBelow(`KS${'c'.repeat(32)}`)))).toBe(false);
    expect(claims.some((claim) => isIn(claim, holdOf(account)))).toBe(false);
  });

  it('are told in the words of the contract', () => {
    expect(heldElsewhere('legal-hold', { id: session, holder: account })).toMatchObject({
      code: 'legal-hold',
      message: `Account ${account} is on legal hold. Cannot delete record ${session}`,
    });
    expect(heldElsewhere('legal-hold-below', { id: service, holder: session })).toMatchObject({
      code: 'legal-hold',
      message: `Session ${session} is on legal hold. Cannot delete record ${service}`,
    });
    expect(heldElsewhere('pair', { id: service, holder: session })).toBeNull();
  });
});
