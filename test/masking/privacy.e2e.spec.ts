import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startService, waitFor } from '#testing';
import { masked, type Masked, type Phone } from './masked.js';

// The whole of masking in one sentence: whatever accounts and people do, a message reaches nobody but the partner, and nobody
// ever sees a number that is not a proxy number or their own.

const PEOPLE = 4;
const NUMBERS = 3;
const MAX_SESSIONS = 5;

type Step =
  | { readonly do: 'create'; readonly people: readonly number[] }
  | { readonly do: 'add' | 'remove'; readonly session: number; readonly person: number }
  | { readonly do: 'close' | 'reopen' | 'delete'; readonly session: number }
  | { readonly do: 'text' | 'call'; readonly person: number; readonly number: number }
  | { readonly do: 'send'; readonly session: number; readonly person: number };

const person = fc.nat(PEOPLE - 1);
const session = fc.nat(MAX_SESSIONS - 1);
const number = fc.nat(NUMBERS - 1);
const people = fc.uniqueArray(person, { maxLength: 2 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), people }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), session, person }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'reopen' as const, 'delete' as const),
      session,
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ do: fc.constantFrom('text' as const, 'call' as const), person, number }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send' as const), session, person }) },
);

/** What a session ought to be: who is in it, with which number. */
interface Known {
  readonly sid: string;
  isActive: boolean;
  readonly members: Map<number, string>;
}

interface Expected {
  readonly to: number;
  readonly from: string;
  readonly body: string;
}

let world: Masked;

beforeAll(async () => {
  world = masked(await startService('standalone'));
});

/** How often somebody was reached. */
async function play(steps: readonly Step[]): Promise<number> {
  const phones = Array.from({ length: PEOPLE }, () => world.phone());
  const service = await world.service({}, NUMBERS);
  const sessions: Known[] = [];
  const arriving: Expected[] = [];
  let calls: { to: number; from: string }[] = [];
  let texts = 0;

  /** The way from a person through a number, as the sessions ought to have it. */
  const partnerOf = (who: number, through: string) => {
    const known = sessions.find(({ isActive, members }) => isActive && members.get(who) === through);
    return [...(known?.members ?? [])].find(([other]) => other !== who);
  };
  const phoneOf = (who: number): Phone => {
    const phone = phones[who];
    if (phone === undefined) throw new Error('there is no such person');
    return phone;
  };
  /** Takes over who is in a session now, as the API says. */
  const learn = async (known: Known) => {
    known.members.clear();
    for (const one of await service.rest.sessions(known.sid).participants.list()) {
      const who = phones.findIndex((phone) => phone.number === one.identifier);
      // Twilio's SDK types as a Date what is null for those who are there.
      if (!(one.dateDeleted as Date | null)) known.members.set(who, one.proxyIdentifier);
    }
  };

  const inboxes = () => Promise.all(phones.map((phone) => phone.inbox()));
  const allArrived = () => waitFor(async () => (await inboxes()).flat().length >= arriving.length);

  const refused = (error: unknown) => {
    // Some steps may not be; none may fail otherwise.
    expect(error).toMatchObject({ status: expect.any(Number) as unknown });
    const { status } = error as { status: number };
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    return null;
  };

  for (const taken of steps) {
    const known = 'session' in taken ? sessions[taken.session] : undefined;
    if ('session' in taken && known === undefined) continue;
    const rest = service.rest.sessions(known?.sid ?? 'KC');
    switch (taken.do) {
      case 'create': {
        if (sessions.length === MAX_SESSIONS) break;
        const participants = taken.people.map((who) => ({ Identifier: phoneOf(who).number }));
        const made = await service.rest.sessions.create({ participants }).catch(refused);
        if (made === null) break;
        const fresh = { sid: made.sid, isActive: true, members: new Map<number, string>() };
        sessions.push(fresh);
        await learn(fresh);
        break;
      }
      case 'add':
        await rest.participants.create({ identifier: phoneOf(taken.person).number }).catch(refused);
        if (known?.isActive) await learn(known);
        break;
      case 'remove': {
        if (!known?.isActive) break;
        const all = await rest.participants.list();
        const found = all.find(({ identifier }) => identifier === phoneOf(taken.person).number);
        if (found !== undefined) await rest.participants(found.sid).remove().catch(refused);
        await learn(known);
        break;
      }
      case 'close':
        if ((await rest.update({ status: 'closed' }).catch(refused)) !== null && known)
          known.isActive = false;
        break;
      case 'reopen':
        if ((await rest.update({ status: 'in-progress' }).catch(refused)) !== null && known) {
          known.isActive = true;
          await learn(known);
        }
        break;
      case 'delete':
        // What is still on its way in a session goes with it.
        await allArrived();
        if (known !== undefined && (await rest.remove().catch(refused)) !== null) known.isActive = false;
        break;
      case 'text': {
        const through = service.pool[taken.number] ?? '';
        const partner = partnerOf(taken.person, through);
        const body = `text ${texts++}`;
        const phone = phoneOf(taken.person);
        const { sid } = await phone.text(through, body);
        // Taken or not, it has been decided before anything else happens.
        await waitFor(async () =>
          (await phone.messages()).some((message) => message.sid === sid && message.status === 'delivered'),
        );
        if (partner !== undefined) arriving.push({ to: partner[0], from: partner[1], body });
        break;
      }
      case 'call': {
        const through = service.pool[taken.number] ?? '';
        const partner = partnerOf(taken.person, through);
        const phone = phoneOf(taken.person);
        await phone.call(through, { seconds: 0 });
        await waitFor(async () =>
          ['completed', 'no-answer'].includes((await phone.calls())[0]?.status ?? ''),
        );
        if (partner !== undefined) calls = [...calls, { to: partner[0], from: partner[1] }];
        break;
      }
      case 'send': {
        if (!known?.isActive) break;
        const all = await rest.participants.list();
        const found = all.find(({ identifier }) => identifier === phoneOf(taken.person).number);
        if (found === undefined || !known.members.has(taken.person)) break;
        const body = `text ${texts++}`;
        await rest.participants(found.sid).messageInteractions.create({ body });
        arriving.push({ to: taken.person, from: found.proxyIdentifier, body });
        break;
      }
    }
  }

  await allArrived();
  // What follows goes the same way: when it has arrived, nothing is left behind it.
  const [a, b] = [world.phone(), world.phone()];
  const marker = await (await world.service()).session([a, b]);
  await a.text(marker.ways[0] ?? '', 'marker');
  await waitFor(async () => (await b.inbox()).length > 0);

  const seen = await inboxes();
  expect(seen.map((inbox) => inbox.map(({ from, body }) => ({ from, body })).sort(byBody))).toEqual(
    phones.map((_, who) =>
      arriving
        .filter(({ to }) => to === who)
        .map(({ from, body }) => ({ from, body }))
        .sort(byBody),
    ),
  );
  for (const [who, phone] of phones.entries()) {
    const rang = (await phone.calls()).filter(({ direction }) => direction === 'inbound');
    expect(rang.map(({ from }) => from).reverse()).toEqual(
      calls.filter(({ to }) => to === who).map(({ from }) => from),
    );
    const shown = JSON.stringify([await phone.messages(), await phone.calls()]);
    for (const other of phones) {
      if (other.number !== phone.number) expect(shown).not.toContain(other.number);
    }
  }
  await service.rest.remove();
  return arriving.length + calls.length;
}

const byBody = (a: { body: string }, b: { body: string }) => (a.body < b.body ? -1 : 1);

/** Two who talk, each by whichever number leads to the other: a life of chance alone may never get so far. */
const opening: readonly Step[] = [
  { do: 'create', people: [0, 1] },
  ...[0, 1].flatMap((person) =>
    Array.from({ length: NUMBERS }, (_, number): Step => ({ do: 'text', person, number })),
  ),
];
const RUNS = 12;

it('a message reaches nobody but the partner, and shows proxy numbers only, whatever is done', async () => {
  let reached = 0;
  const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
    reached += await play([...opening, ...steps]);
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  // Or nothing has been shown: of the opening alone, one each way.
  expect(reached).toBeGreaterThanOrEqual(2 * RUNS);
});
