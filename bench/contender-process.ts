import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Answer, Cell, Drive, Place } from './contend.js';

/** The parent's side of `contend`. */
export class ContenderProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
  ) {}

  /** Starts `contenders/<name>.js` over the database and waits until it can take commands. */
  static async start(name: string, place: Place, profile: string | null = null): Promise<ContenderProcess> {
    const child = fork(new URL(`contenders/${name}.js`, import.meta.url), {
      env: { PATH: process.env['PATH'], CONTENDER_PLACE: JSON.stringify(place) },
      execArgv: profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
    });
    const contender = new ContenderProcess(child, name);
    await contender.answer();
    return contender;
  }

  async drive(cell: Cell): Promise<Drive> {
    this.child.send(cell);
    const answer = await this.answer();
    if (!('drive' in answer)) throw new Error(`${this.name} answered something else`);
    return answer.drive;
  }

  async stop(): Promise<void> {
    if (!this.child.connected) return;
    const exit = once(this.child, 'exit');
    this.child.send('close');
    await exit;
  }

  private async answer(): Promise<Exclude<Answer, { failure: string }>> {
    const aborted = new AbortController();
    const { signal } = aborted;
    try {
      // What `contend` sends, or the end of a process that could not even do that.
      const [answer] = (await Promise.race([
        once(this.child, 'message', { signal }),
        once(this.child, 'exit', { signal }).then(([code]) => [{ failure: `it ended with ${String(code)}` }]),
      ])) as [Answer];
      if ('failure' in answer) throw new Error(`${this.name}: ${answer.failure}`);
      return answer;
    } finally {
      aborted.abort();
    }
  }
}
