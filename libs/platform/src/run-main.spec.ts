import { describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { once } from 'node:events';
import pg from 'pg';
import { freePort } from './free-port.js';
import { explainError } from './run-main.js';
import { StartError } from './start-error.js';

const failureOf = async (action: () => unknown): Promise<unknown> => {
  try {
    await action();
    return null;
  } catch (error) {
    return error;
  }
};

describe('explainError', () => {
  it('says what the operator can mend in one line', () => {
    expect(explainError(new StartError('PORT must be a number'))).toBe('PORT must be a number');
  });

  it('names a port that is in use', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const address = first.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const error = await failureOf(() => once(createServer().listen(port, '127.0.0.1'), 'listening'));
    first.close();

    expect(explainError(error)).toBe(`127.0.0.1:${port} is in use: set PORT to another port`);
  });

  it('names a path that cannot be used', async () => {
    const error = await failureOf(() => mkdirSync('/dev/null/data', { recursive: true }));

    expect(explainError(error)).toBe('cannot use /dev/null/data: a part of the path is no directory');
  });

  it('names a server that does not answer', async () => {
    const port = await freePort();
    const client = new pg.Client({ connectionString: `postgres://maskline@127.0.0.1:${port}/maskline` });

    expect(explainError(await failureOf(() => client.connect()))).toBe(`cannot reach 127.0.0.1:${port}`);
  });

  it('shows where a bug is', () => {
    expect(explainError(new TypeError('x is not a function'))).toMatch(
      /^TypeError: x is not a function\n +at .*run-main\.spec/,
    );
  });
});
