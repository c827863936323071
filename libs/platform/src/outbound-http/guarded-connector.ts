import { isIP, type LookupFunction } from 'node:net';
import { types } from 'node:util';
import { buildConnector } from 'undici';
import { RefusedAddress } from './call-outcome.js';
import { reachesAddress, type CallbackReach } from './callback-reach.js';
import type { Resolve } from './resolve-names.js';

/** Calls give up sooner by themselves; this ends what they have left behind. */
const CONNECT_LIMIT_MS = 10_000;

/**
 * Connects to addresses within reach only. They are judged here, after DNS, and are the very ones that are connected to: a
 * name that answers differently the second time gains nothing. One bad address condemns the name.
 */
export function guardedConnector(reach: CallbackReach, resolve: Resolve): buildConnector.connector {
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => reachesAddress(reach, address))) {
          callback(new RefusedAddress(), '');
        } else if (options.all === true) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: unknown) => callback(types.isNativeError(error) ? error : new Error('no answer from DNS'), ''),
    );
  };
  const connect = buildConnector({ timeout: CONNECT_LIMIT_MS, lookup: guardedLookup });
  return (options, callback) => {
    // A literal address is never looked up.
    const isRefused = isIP(options.hostname) !== 0 && !reachesAddress(reach, options.hostname);
    if (isRefused) process.nextTick(callback, new RefusedAddress(), null);
    else connect(options, callback);
  };
}
