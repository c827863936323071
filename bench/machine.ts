import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { spread } from './spread.js';

/** What the figures were measured on, as lines of a list. */
export function describeMachine(directory: string): string[] {
  const cores = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const { median, max } = fsyncMicros(directory);
  return [
    `CPU: ${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores; ${memory} GiB`,
    `System: ${system()}, kernel ${release()}; load before the run ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
    `Disk: write of 8 kB and fdatasync takes ${median.toFixed(0)} µs (median of 200, slowest ${max.toFixed(0)})`,
    `Node ${process.version}`,
  ];
}

/** What a commit waits for at least, where the database's files will be. */
function fsyncMicros(directory: string) {
  const file = join(directory, 'fsync-probe');
  const page = Buffer.alloc(8192, 1);
  const descriptor = openSync(file, 'w');
  try {
    return spread(
      Array.from({ length: 200 }, () => {
        const started = performance.now();
        writeSync(descriptor, page, 0, page.length, 0);
        fdatasyncSync(descriptor);
        return (performance.now() - started) * 1000;
      }),
    );
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}

function system(): string {
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform;
}
