import { readFileSync, statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
/** What the servers of a run, and those that specs start for themselves, have at most on their disks, with room to spare. */
const ROOM = 6 * 1024 ** 3;

/**
 * Has everything temporary of this process, and of those it starts, lie in memory if there is plenty. What specs write is worth
 * nothing, and a disk on which others write as well may make a new database take seconds instead of a twentieth of one.
 */
export function useMemoryForTemporaryFiles(): void {
  if (process.env['TMPDIR'] === undefined && isRoomy()) process.env['TMPDIR'] = MEMORY;
}

function isRoomy(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const mount = mounts.findLast((line) => line.split(' ')[1] === MEMORY)?.split(' ');
    // Specs also start programs that they put there.
    const isExecutable = mount?.[2] === 'tmpfs' && !mount[3]?.split(',').includes('noexec');
    return isExecutable && bavail * bsize > ROOM && availableMemory() > 2 * ROOM;
  } catch {
    // Not a Linux.
    return false;
  }
}

function availableMemory(): number {
  const [, kilobytes = '0'] = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
