import { lookup } from 'node:dns/promises';
import { Lanes } from '../lanes.js';

interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** As the operating system sees names: /etc/hosts and all. It takes a thread for as long as DNS takes. */
export const resolveBySystem: Resolve = (hostname) => lookup(hostname, { all: true });

/** Node has four threads, for files as well and for the names of our own servers: those of our users leave some of them free. */
const AT_ONCE = 2;

/** Whoever asked has given up by then. */
const PATIENCE_MS = 10_000;

/** Resolves a few names at a time, and each only once for all who ask at that time. */
export function boundedResolve(resolve: Resolve, atOnce = AT_ONCE, patience = PATIENCE_MS): Resolve {
  const underWay = new Map<string, ReturnType<Resolve>>();
  const lanes = new Lanes(atOnce);

  const inTurn: Resolve = (hostname) => {
    const asked = performance.now();
    return lanes.take(async () => {
      if (performance.now() - asked > patience) throw new Error('too late to be resolved');
      return resolve(hostname);
    });
  };

  return (hostname) => {
    const known = underWay.get(hostname);
    if (known !== undefined) return known;
    const answer = inTurn(hostname).finally(() => underWay.delete(hostname));
    underWay.set(hostname, answer);
    return answer;
  };
}
