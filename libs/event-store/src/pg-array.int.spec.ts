import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '#platform';
import { testDatabase } from '#testing';
import { jsonArray, plainArray, textArray } from './pg-array.js';

let database: Database;

beforeAll(async () => {
  ({ database } = await testDatabase({ migrated: false }));
});

// PostgreSQL has no NUL in texts.
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));

const itself = <Value>(value: Value): Value => value;

async function roundTrip(type: string, literal: string): Promise<unknown> {
  const { rows } = await database.reads.query<{ json: unknown }>(`select to_jsonb($1::${type}[]) as json`, [
    literal,
  ]);
  return rows[0]?.json;
}

describe('textArray', () => {
  it('hands every text to PostgreSQL as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { maxLength: 20 }), async (values) => {
        expect(await roundTrip('text', textArray(values, itself))).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [['']],
    [['NULL', null, 'null']],
    [['{}', '{a,b}', 'a,b', '"', '\\', '\\"', "'", ' ', '\n\t', '\\x00']],
  ])('keeps apart what could be taken for syntax: %j', async (values) => {
    expect(await roundTrip('text', textArray(values, itself))).toEqual(values);
  });

  it('is empty for nothing', async () => {
    expect(await roundTrip('text', textArray([], itself))).toEqual([]);
  });

  it('carries JSON', async () => {
    const values = [{ a: 'x"y\\z' }, [1, 2], null];
    const literal = textArray(values, (value) => JSON.stringify(value));
    expect(await roundTrip('jsonb', literal)).toEqual(values);
  });
});

describe('plainArray', () => {
  it('hands over numbers and what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.maxSafeInteger())), async (values) => {
        expect(await roundTrip('bigint', plainArray(values, itself))).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });

  it('hands over uuids', async () => {
    const ids = ['0194d7a0-0000-7000-8000-000000000000', '0194d7a0-0000-7000-8000-000000000001'];
    expect(await roundTrip('uuid', plainArray(ids, itself))).toEqual(ids);
  });
});

describe('jsonArray', () => {
  it('carries documents, and what is missing as null', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(fc.record({ text, n: fc.integer() }))), async (values) => {
        const json = jsonArray(values, (value) => (value === null ? null : JSON.stringify(value)));
        const { rows } = await database.reads.query<{ json: unknown }>('select $1::jsonb as json', [json]);
        expect(rows[0]?.json).toEqual(values);
      }),
      { numRuns: 100 },
    );
  });
});
