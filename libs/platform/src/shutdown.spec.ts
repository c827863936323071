import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { useProcessLog } from './logging.js';
import { Shutdown } from './shutdown.js';

let log = '';

beforeAll(() => {
  const destination = {
    write: (line: string) => {
      log += line;
    },
  };
  useProcessLog({ LOG_LEVEL: 'info' }, destination);
});

afterAll(() => {
  Logger.overrideLogger(new ConsoleLogger());
});

describe('Shutdown', () => {
  let shutdown: Shutdown;
  let stopped: string[];
  const part = (name: string, failure?: Error) => {
    shutdown.add(name, () => {
      stopped.push(name);
      return failure === undefined ? Promise.resolve() : Promise.reject(failure);
    });
  };

  beforeEach(() => {
    shutdown = new Shutdown();
    stopped = [];
    log = '';
  });

  it('stops what was started last first', async () => {
    ['database', 'store', 'HTTP'].forEach((name) => {
      part(name);
    });

    expect(await shutdown.stop()).toBe(true);
    expect(stopped).toEqual(['HTTP', 'store', 'database']);
  });

  it('stops each part once, however often it is asked', async () => {
    part('database');
    await Promise.all([shutdown.stop(), shutdown.stop()]);

    expect(stopped).toEqual(['database']);
  });

  it('goes on past a part that fails, with one line about it', async () => {
    part('database');
    part('store', new Error('no'));
    part('HTTP');

    expect(await shutdown.stop()).toBe(false);
    expect(stopped).toEqual(['HTTP', 'store', 'database']);
    expect(log.trim().split('\n')).toEqual([expect.stringContaining('store did not stop')]);
  });

  it('goes on past a part that never ends, and leaves time to those after it', async () => {
    shutdown = new Shutdown(50, 20);
    part('database');
    shutdown.add('HTTP', () => new Promise(() => undefined));

    expect(await shutdown.stop()).toBe(false);
    expect(stopped).toEqual(['database']);
    expect(log).toContain('HTTP did not stop');
  });
});
