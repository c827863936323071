import { execFileSync } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { cleanUp } from '#testing';

/** Far more than a run writes: nothing but `fill` makes it full. */
const size = '4g';

/** A disk of memory, which can be full at any moment. */
export class SmallDisk {
  private constructor(private readonly directory: string) {}

  /** Null where we may not mount, which takes root. */
  static mount(directory: string): SmallDisk | null {
    if (process.getuid?.() !== 0) return null;
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0755`, 'maskline-faults', directory], {
        stdio: 'ignore',
      });
    } catch {
      return null;
    }
    cleanUp(() => execFileSync('umount', [directory]));
    return new SmallDisk(directory);
  }

  /** Not a byte more than what is there gets in. */
  async fill(): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.directory);
    // What is written between the look and the change makes it fail, and then we look again.
    try {
      this.#resize(`${(blocks - bfree) * bsize}`);
    } catch {
      await this.fill();
    }
  }

  free(): void {
    this.#resize(size);
  }

  #resize(to: string): void {
    execFileSync('mount', ['-o', `remount,size=${to}`, this.directory], { stdio: 'ignore' });
  }
}
