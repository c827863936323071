import type { ClaimRange } from './stream.js';

/** All claims whose key lies under a path; `0` follows `/` in ASCII. */
export function below(kind: string, path: string): ClaimRange {
  return { kind, lo: `${path}/`, hi: `${path}0` };
}
