import { createHistogram } from 'node:perf_hooks';
import type { DatabaseConfig } from '#platform';

/** What a contender is asked to do: so many writers, each sending its next command when the last is acknowledged. */
export interface Cell {
  readonly writers: number;
  readonly seconds: number;
}

/** What came of it. */
export interface Drive {
  readonly commands: number;
  readonly seconds: number;
  /** Milliseconds from the call to its acknowledgement. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of this process per command: the client's own work. */
  readonly clientMicros: number;
}

/** Where a contender of ours works, and how it comes there. */
export type Place = DatabaseConfig;

export interface Prepared {
  /** One command, settled when it is acknowledged. */
  readonly command: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export type Answer = { readonly ready: true } | { readonly drive: Drive } | { readonly failure: string };

/**
 * The child's side: a contender runs in a process of its own, as it would in life, and is driven over IPC by
 * `ContenderProcess`. A command that fails ends the whole run: no figure may come with errors.
 */
export async function contend(prepare: (place: Place) => Promise<Prepared>): Promise<void> {
  const answer = (message: Answer) => process.send?.(message);
  // The parent is gone: there is nobody left to work for.
  process.once('disconnect', () => process.exit());
  try {
    // What ContenderProcess has written there.
    const place = JSON.parse(process.env['CONTENDER_PLACE'] ?? '{}') as Place;
    const { command, close } = await prepare(place);
    process.on('message', (cell: Cell | 'close') => {
      if (cell === 'close') void close().then(() => process.exit());
      else {
        drive(command, cell).then(
          (drive) => answer({ drive }),
          (error: unknown) => answer({ failure: describe(error) }),
        );
      }
    });
    answer({ ready: true });
  } catch (error) {
    answer({ failure: describe(error) });
  }
}

async function drive(command: () => Promise<unknown>, { writers, seconds }: Cell): Promise<Drive> {
  const micros = createHistogram();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const until = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      for (let sent = performance.now(); sent < until; sent = performance.now()) {
        await command();
        micros.record(Math.max(1, Math.round((performance.now() - sent) * 1000)));
      }
    }),
  );
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const commands = micros.count;
  return {
    commands,
    seconds: elapsed,
    p50: micros.percentile(50) / 1000,
    p99: micros.percentile(99) / 1000,
    clientMicros: (user + system) / commands,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
