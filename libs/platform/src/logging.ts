import { Logger, type LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger as Pino, type LoggerOptions } from 'pino';
import type { Config } from './config.js';
import { describeError } from './describe-error.js';

// One line of JSON per entry on standard output. What identifies people never gets here: no bodies, no query
// strings, no names or numbers; requests and events are found by their ids. The rules below are the second net.

const options: LoggerOptions = {
  base: null,
  messageKey: 'message',
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
  serializers: { err: describeError },
  redact: {
    paths: [
      'authorization',
      'password',
      'token',
      'secret',
      'body',
      'query',
      'identifier',
      'uniqueName',
    ].flatMap((key) => [key, `*.${key}`]),
    censor: '[left out]',
  },
};

/**
 * What Nest tells of its own start, module by module and route by route, helps only those who look for it. What it
 * cannot do it throws as well.
 */
const CHATTER = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Lets every `Logger` of the process write structured lines. To be called first in each main.ts. */
export function useProcessLog(
  { LOG_LEVEL }: Pick<Config, 'LOG_LEVEL'>,
  // Written at once: a process that is killed has said what it had to say.
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): void {
  Logger.overrideLogger(new ProcessLog(pino({ ...options, level: LOG_LEVEL }, destination)));
}

/** Nest's logger calls as pino's: the last argument is the context, a stack or an error may stand before it. */
class ProcessLog implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ) {
    const context = rest.at(-1);
    const shown = CHATTER.has(String(context)) ? 'debug' : level;
    if (!this.pino.isLevelEnabled(shown)) return;
    const more = rest.slice(0, -1).find((item) => item !== undefined);
    const fields = { context, ...(more === undefined ? {} : { detail: more }) };
    if (message instanceof Error) this.pino[shown]({ ...fields, err: message });
    else if (typeof message === 'object' && message !== null) this.pino[shown]({ ...fields, ...message });
    else this.pino[shown](fields, String(message));
  }
}
