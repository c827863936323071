import { SingleBar } from 'cli-progress';
import pc from 'picocolors';

/**
 * Shows on standard error how far a piece of work is; work is done in phases, each with a bar of its own. Where nobody looks
 * on, a line every few seconds takes the bar's place.
 */
export class ProgressBar {
  #bar: SingleBar | null = null;
  #phase = '';

  /** `counted` is the noun of both numbers. */
  show(phase: string, done: number, total: number, counted = ''): void {
    if (phase !== this.#phase || this.#bar === null) {
      this.stop();
      this.#phase = phase;
      this.#bar = new SingleBar({
        format: `${phase.padEnd(24)} ${pc.cyan('{bar}')} {percentage}%  {value}/{total} ${counted}`.trimEnd(),
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        stream: process.stderr,
        hideCursor: true,
        noTTYOutput: true,
        notTTYSchedule: 5_000,
        formatValue: (value, _options, type) =>
          type === 'percentage' ? String(value).padStart(3) : value.toLocaleString('en'),
      });
      this.#bar.start(Math.ceil(total), Math.floor(done));
    }
    this.#bar.setTotal(Math.ceil(total));
    this.#bar.update(Math.floor(done));
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}
