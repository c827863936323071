import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answered, Load, LoadAnswer } from './load.js';

export interface LoadProcess {
  /** Sends them side by side, e.g. one to each of several servers. */
  send(loads: readonly Load[]): Promise<readonly Answered[]>;
  stop(): Promise<void>;
}

/** Starts the client. */
export function startLoad(): LoadProcess {
  const child = fork(new URL('load.js', import.meta.url), { env: { PATH: process.env['PATH'] } });
  return {
    async send(loads: readonly Load[]): Promise<readonly Answered[]> {
      child.send(loads);
      const [answer] = (await once(child, 'message')) as [LoadAnswer];
      if ('failure' in answer) throw new Error(answer.failure);
      return answer.answered;
    },
    async stop(): Promise<void> {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
