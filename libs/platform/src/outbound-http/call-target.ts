/** What is worth another attempt: answers of a class, no connection (`ct`), a connection without an answer (`rt`). */
export type RetryPolicy = '4xx' | '5xx' | 'ct' | 'rt';

/** How long a call may take, in milliseconds, and how often it is tried. */
export interface CallLimits {
  readonly connect: number;
  /** Until the answer begins, and between any two pieces of it. */
  readonly read: number;
  /** All attempts together. */
  readonly total: number;
  readonly retries: number;
  readonly retryOn: ReadonlySet<RetryPolicy>;
}

/** A URL of somebody's, taken apart for calling it. */
export interface CallTarget {
  /** As it is requested, and so as it is signed: without user-info and fragment. */
  readonly url: string;
  /** The user-info of the URL, as the header that it means. */
  readonly authorization: string | null;
  readonly limits: CallLimits;
}

const POLICIES: readonly RetryPolicy[] = ['4xx', '5xx', 'ct', 'rt'];

/**
 * Reads an absolute http or https URL with Twilio's connection overrides in its fragment (contract §11). What is unknown,
 * out of range or has no meaning for us (`sni`: it is always sent; `e`: there are no edges) is as if it were not there.
 */
export function readCallTarget(text: string): CallTarget {
  const { origin, pathname, search, username, password, hash } = new URL(text);
  const overrides = new URLSearchParams(hash.slice(1));
  const hasUser = username !== '' || password !== '';
  return {
    url: `${origin}${pathname}${search}`,
    authorization: hasUser ? basic(`${decode(username)}:${decode(password)}`) : null,
    limits: {
      connect: number(overrides.get('ct'), 100, 10_000) ?? 5_000,
      read: number(overrides.get('rt'), 100, 15_000) ?? 15_000,
      total: number(overrides.get('tt'), 100, 15_000) ?? 15_000,
      retries: number(overrides.get('rc'), 0, 5) ?? 1,
      retryOn: policies(overrides.get('rp')),
    },
  };
}

function number(text: string | null, from: number, to: number): number | null {
  if (text === null || !/^\d{1,5}$/.test(text)) return null;
  const value = Number(text);
  return value >= from && value <= to ? value : null;
}

function policies(text: string | null): ReadonlySet<RetryPolicy> {
  const named = text?.toLowerCase().split(',') ?? [];
  const known = named.includes('all') ? POLICIES : POLICIES.filter((policy) => named.includes(policy));
  return new Set(known.length === 0 ? ['ct'] : known);
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** A percent sign may stand for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
