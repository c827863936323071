import { z } from 'zod';

/** `KC` and 32 hexadecimal digits, and the like. */
export function sid(prefix: string) {
  return z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`));
}
