const SHOWN = 4;

/** Enough to tell two people of a session apart, and too little to reach either. A short one is not shown at all. */
export function maskedIdentifier(identifier: string): string {
  return `****${identifier.length > 2 * SHOWN ? identifier.slice(-SHOWN) : ''}`;
}
