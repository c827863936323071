import { isDeepStrictEqual } from 'node:util';
import { WrongVersion } from '../peer.js';
import { describe, type Finding, type Ground, type Probe } from '../probe.js';

export const nulCharacter: Probe = {
  name: 'nul-character',
  demand:
    'A text with \\u0000, which jsonb cannot hold, comes back as it was or is refused, and nothing beside it is harmed, for one caller’s text must not stop the others.',
  run: (ground) => keepOrRefuse(ground, { text: 'a\u0000b' }),
};

export const bigNumber: Probe = {
  name: 'big-number',
  demand:
    '2^53 + 1 as a bigint comes back as it was or is refused, for a number that silently becomes another, or a text, is a wrong fact forever.',
  run: (ground) => keepOrRefuse(ground, { amount: 2n ** 53n + 1n }),
};

export const digitText: Probe = {
  name: 'digit-text',
  demand:
    'A text of nineteen digits, as the number of a SIM card is, comes back as that text, for what looks like a number is not always one.',
  run: (ground) => keep(ground, [{ iccid: '8944500102198304826' }]),
};

export const largePayload: Probe = {
  name: 'large-payload',
  demand: 'An event of 1 MB comes back as it was, for a store that only takes small ones shapes the events.',
  run: (ground) => keep(ground, [{ text: 'ä'.repeat(500_000) }]),
};

export const largeBatch: Probe = {
  name: 'large-batch',
  demand: '10,000 events of one append are all there in their order, or none, for one decision is one fact.',
  run: (ground) =>
    keep(
      ground,
      Array.from({ length: 10_000 }, (_, n) => ({ n })),
    ),
};

export const emptyBatch: Probe = {
  name: 'empty-batch',
  demand:
    'An append of nothing changes nothing and is no error, for “nothing to do” is a common decision, and a conflict would have it made again and again.',
  async run(ground) {
    const store = await ground.open();
    await store.append('empty', [{ n: 0 }], 'no stream');
    let told = 'told as done';
    try {
      await store.append('empty', [], 1);
    } catch (error) {
      told = `told as ${error instanceof WrongVersion ? 'a version conflict' : describe(error)}`;
    }
    await store.append('empty', [{ n: 1 }], 1);
    const isUnharmed = isDeepStrictEqual(await store.read('empty'), [{ n: 0 }, { n: 1 }]);
    return {
      holds: told === 'told as done' && isUnharmed,
      seen: `${told}; the stream is ${isUnharmed ? 'as before' : 'changed'}`,
    };
  },
};

/** One odd event among many plain ones at the same time. */
async function keepOrRefuse(ground: Ground, odd: object): Promise<Finding> {
  const store = await ground.open();
  const plain = Array.from({ length: 40 }, (_, i) => `plain-${i}`);
  let refusal = '';
  const append = (stream: string) => store.append(stream, [{ n: 1 }], 'no stream');
  await Promise.all([
    ...plain.slice(0, 20).map(append),
    store.append('odd', [odd], 'no stream').catch((error: unknown) => {
      refusal = describe(error);
    }),
    ...plain.slice(20).map(append),
  ]);
  const beside = await Promise.all(plain.map((stream) => store.read(stream)));
  const isUnharmed = beside.every((facts) => isDeepStrictEqual(facts, [{ n: 1 }]));
  const written = await store.read('odd');
  const isRight = isDeepStrictEqual(written, refusal === '' ? [odd] : []);
  const became = refusal === '' ? `came back as ${inWords(written[0])}` : `refused: ${refusal}`;
  return { holds: isRight && isUnharmed, seen: isUnharmed ? became : `${became}; others were harmed` };
}

async function keep(ground: Ground, facts: readonly object[]): Promise<Finding> {
  const store = await ground.open();
  const started = performance.now();
  await store.append('large', facts, 'no stream');
  const took = performance.now() - started;
  const read = await store.read('large');
  const isRight = isDeepStrictEqual(read, facts);
  return {
    holds: isRight,
    seen: `${isRight ? 'came back as it was' : `came back as ${inWords(read[0]).slice(0, 100)}`}, appended in ${took.toFixed(0)} ms`,
  };
}

function inWords(fact: object | undefined): string {
  return JSON.stringify(fact, (_, value: unknown) => (typeof value === 'bigint' ? `bigint ${value}` : value));
}
