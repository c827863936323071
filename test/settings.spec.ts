import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { environment } from '#platform';

// A setting is described for people in two places; both must say what the schema says.

const example = await readFile('.env.example', 'utf8');
const readme = await readFile('README.md', 'utf8');

const settings = Object.keys(environment.shape).sort();
const defaults = environment.parse({});

/** The lines `NAME=value`, those behind a # included or alone. */
function linesOf(text: string, pattern: RegExp): [string, string][] {
  return [...text.matchAll(pattern)].map(([, name = '', value = '']) => [name, value]);
}

describe('.env.example', () => {
  const set = linesOf(example, /^([A-Z_]+)=(.*)$/gm);
  const unset = linesOf(example, /^# ([A-Z_]+)=(.*)$/gm);

  it('names every setting once, and nothing else', () => {
    expect([...set, ...unset].map(([name]) => name).sort()).toEqual(settings);
  });

  it('sets what has a default, to that default', () => {
    expect(environment.parse(Object.fromEntries(set))).toEqual(defaults);
    expect(set.map(([name]) => name).sort()).toEqual(Object.keys(defaults).sort());
  });

  it('gives examples that are accepted', () => {
    const examples = unset.filter(([, value]) => value !== '');
    expect(examples.length).toBeGreaterThan(0);
    expect(environment.safeParse(Object.fromEntries(examples)).error).toBeUndefined();
  });
});

describe('the table in the README', () => {
  const rows = linesOf(readme, /^\| `([A-Z_]+)` +\| (.*?) +\|/gm);

  it('names every setting once', () => {
    expect(rows.map(([name]) => name).sort()).toEqual(settings);
  });

  it('gives the defaults', () => {
    const given = rows
      .filter(([, value]) => value.startsWith('`'))
      .map(([name, value]) => [name, value.slice(1, -1)]);
    expect(environment.parse(Object.fromEntries(given))).toEqual(defaults);
    expect(given.map(([name]) => name).sort()).toEqual(Object.keys(defaults).sort());
  });
});
