import { isIP } from 'node:net';
import { addressKind, type AddressKind } from './address-kind.js';

/**
 * How far the callbacks of our users reach, since their URLs are called from where we stand: public addresses alone, this machine
 * as well, or the private networks around it too.
 */
export const CALLBACK_REACHES = ['public', 'loopback', 'private'] as const;
export type CallbackReach = (typeof CALLBACK_REACHES)[number];

const within: Record<CallbackReach, readonly AddressKind[]> = {
  public: ['public'],
  loopback: ['public', 'loopback'],
  private: ['public', 'loopback', 'private'],
};

export function reachesAddress(reach: CallbackReach, address: string): boolean {
  return within[reach].includes(addressKind(address));
}

/**
 * Whether a URL leads where it may as far as can be told without DNS: a literal address, in whatever spelling, or a name
 * that is never a public one. What a name stands for is judged when it is called.
 */
export function reachesHost(reach: CallbackReach, url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return within[reach].includes(isIP(host) === 0 ? kindOfName(host) : addressKind(host));
}

const PRIVATE_NAME = /(?:^|\.)(?:local|localdomain|internal|intranet|home\.arpa)$/;

function kindOfName(host: string): AddressKind {
  const name = host.replace(/\.$/, '');
  // A name without a dot may be this machine's, so no more than that is held against it.
  if (!name.includes('.') || name.endsWith('.localhost')) return 'loopback';
  return PRIVATE_NAME.test(name) ? 'private' : 'public';
}
