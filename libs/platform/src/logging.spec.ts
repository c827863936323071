import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { useProcessLog } from './logging.js';

let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  const destination = {
    write: (line: string) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  };
  useProcessLog({ LOG_LEVEL: 'info' }, destination);
});

afterAll(() => {
  Logger.overrideLogger(new ConsoleLogger());
});

describe('the log of a process', () => {
  const logger = new Logger('Spec');

  it('writes one line of JSON with level, time and context', () => {
    logger.log({ requestId: 'RQ1', message: 'done' });
    logger.warn('careful');

    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/Z$/),
        context: 'Spec',
        requestId: 'RQ1',
        message: 'done',
      },
      { level: 'warn', time: expect.stringMatching(/Z$/), context: 'Spec', message: 'careful' },
    ]);
  });

  it('leaves out what is below its level, and what Nest tells of its own start', () => {
    logger.debug('details');
    new Logger('InstanceLoader').log('AppModule dependencies initialized');

    expect(lines).toEqual([]);
  });

  it('leaves out secrets and content, should they get there', () => {
    logger.log({ authorization: 'Basic abc', request: { body: 'UniqueName=Alice', token: 'abc' } });

    expect(JSON.stringify(lines)).not.toMatch(/abc|Alice/);
  });

  it('shows of a database error what it is about, not the values that it quotes', () => {
    const error = Object.assign(new Error('invalid input syntax for type uuid: "Alice"'), {
      code: '23505',
      detail: 'Key (unique_name)=(Alice) already exists.',
      constraint: 'session_name',
    });
    logger.error({ message: 'append failed', err: new Error('flush failed', { cause: error }) });

    expect(lines).toMatchObject([
      {
        message: 'append failed',
        err: { message: 'flush failed', cause: { code: '23505', message: 'SQL error 23505 session_name' } },
      },
    ]);
    expect(JSON.stringify(lines)).toMatch(/logging\.spec/);
    expect(JSON.stringify(lines)).not.toMatch(/Alice/);
  });

  it('takes an error as the message, and a stack beside one', () => {
    logger.error(new Error('broken'));
    logger.error('broken', 'at somewhere');

    expect(lines).toMatchObject([
      { level: 'error', err: { type: 'Error', message: 'broken' } },
      { level: 'error', message: 'broken', detail: 'at somewhere' },
    ]);
  });
});
