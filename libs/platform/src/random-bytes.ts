import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4_096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/**
 * A few random bytes, good for keys: of those that the system gave in one go, for a call of it costs two microseconds however few
 * are asked for. What is handed out stays nowhere else.
 */
export function randomBytes(count: number): Buffer {
  if (!Number.isInteger(count) || count < 0 || count > POOL_BYTES) {
    throw new RangeError(`${count} is no small number of bytes`);
  }
  if (used + count > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  // Its own memory: what Buffer.from makes lies among what others have.
  const bytes = Buffer.alloc(count);
  pool.copy(bytes, 0, used, used + count);
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
