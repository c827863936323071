import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseMasterKey } from './master-key.js';
import { CALLBACK_REACHES } from './outbound-http/callback-reach.js';
import { StartError } from './start-error.js';

/** Text that must meet `test`; the refusal says what would have been right, never what was given. */
const text = (expected: string, test: (value: string) => boolean) =>
  z.string().refine(test, { error: `must be ${expected}` });

const wholeNumber = (from: number, to: number) =>
  text(`a whole number from ${from} to ${to}`, (value) => {
    return /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to;
  }).transform(Number);

const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((value) => value === 'true');

const exposure = z.enum(['open', 'login', 'off'], { error: 'must be open, login or off' });

const startOf = (protocols: readonly string[]) => protocols.map((protocol) => `${protocol}//`).join(' or ');

const hasOneOf = (protocols: readonly string[], value: string) =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol);

const url = (...protocols: string[]) =>
  text(`a URL that starts with ${startOf(protocols)}`, (value) => hasOneOf(protocols, value));

/** Servers that are one for us, e.g. the nodes of a cluster. */
const urls = (...protocols: string[]) =>
  text(`a URL that starts with ${startOf(protocols)}, or several with commas between`, (value) =>
    value.split(',').every((one) => hasOneOf(protocols, one)),
  );

/** What the URLs of answers are made of, by appending: nothing may come after its path, and no password goes along. */
const publicUrl = text(
  'an http:// or https:// URL without credentials, query or fragment',
  (value) => /^https?:\/\/[^\s\\?#@]+$/i.test(value) && URL.canParse(value),
).transform((value) => value.replace(/\/+$/, ''));

/** `true` trusts every hop, else only the proxies listed by address or network are believed. */
const trustedProxies = text('true, false or addresses such as 10.0.0.0/8,::1', (value) => {
  return value === 'true' || value === 'false' || value.split(',').every(isNetwork);
}).transform((value) => (value === 'true' ? true : value === 'false' ? false : value.split(',')));

function isNetwork(value: string): boolean {
  const [address = '', bits, ...more] = value.trim().split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const accountSid = text('AC and 32 hexadecimal digits', (value) => /^AC[0-9a-f]{32}$/i.test(value)).transform(
  (value) => `AC${value.slice(2).toLowerCase()}`,
);

const authToken = text('16 to 128 visible ASCII characters', (value) => /^[!-~]{16,128}$/.test(value));

/** Every setting of Maskline: an environment variable each, explained in `.env.example`. */
export const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  PUBLIC_URL: publicUrl.optional(),
  TRUST_PROXY: trustedProxies.default(false),
  /** Wrong passwords that one address may try at one account or key in a minute. */
  FAILED_LOGINS: wholeNumber(0, 10_000).default(10),
  /** Requests a second to one endpoint of one service; 0 is no limit. `npm start` has another default than the api. */
  RATE_LIMIT: wholeNumber(0, 100_000).optional(),
  METRICS: exposure.default('login'),
  DOCS: exposure.default('open'),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  /** Where audits read, so that the primary does not feel them. */
  DATABASE_REPLICA_URL: url('postgres:', 'postgresql:').optional(),
  REDIS_URL: urls('redis:', 'rediss:').optional(),
  /** The same database through a pooler in transaction mode, for appends and reads. */
  DATABASE_POOL_URL: url('postgres:', 'postgresql:').optional(),
  PREPARED_STATEMENTS: flag.default(true),
  MASKLINE_DATA_DIR: z.string().default('.maskline'),
  MASKLINE_ACCOUNT_SID: accountSid.optional(),
  MASKLINE_AUTH_TOKEN: authToken.optional(),
  MASKLINE_MASTER_KEY: text(
    '32 bytes as 64 hexadecimal digits or in base64',
    (value) => parseMasterKey(value) !== null,
  )
    .transform((value): KeyObject | undefined => parseMasterKey(value) ?? undefined)
    .optional(),
  PARTITIONS: wholeNumber(1, 1024).default(1),
  CARRIER: z.enum(['simulator', 'twilio'], { error: 'must be simulator or twilio' }).default('simulator'),
  TWILIO_ACCOUNT_SID: accountSid.optional(),
  TWILIO_AUTH_TOKEN: authToken.optional(),
  /** Another place than Twilio's own, for tests. */
  TWILIO_API_BASE_URL: publicUrl.optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
  /** How sure it must be that a participant's phone number can be reached. */
  IDENTIFIER_CHECK: z
    .enum(['valid', 'possible', 'format'], { error: 'must be valid, possible or format' })
    .default('valid'),
  /** Seconds ahead for which expiry timers are armed; the sweeper covers what lies beyond. */
  EXPIRY_HORIZON: wholeNumber(1, 86_400).default(900),
  SWEEPER: flag.default(true),
  /** Whether opt-out words such as STOP are kept from the partner. */
  RESPECT_STOP_WORDS: flag.default(true),
  /** How many numbers that may be given to participants the pool of a service may hold, and how many reserved ones. */
  MAX_POOL_NUMBERS: wholeNumber(1, 1_000_000).default(500),
  MAX_RESERVED_NUMBERS: wholeNumber(1, 1_000_000).default(5000),
  /** After so many days without an interaction a session ends that has neither ttl nor expiry date; 0 for never. */
  MAX_SESSION_IDLE_DAYS: wholeNumber(0, 24_855).default(0),
  /** `npm start` has another default than api and worker. */
  CALLBACK_REACH: z.enum(CALLBACK_REACHES, { error: 'must be public, loopback or private' }).optional(),
  /** Days of nothing but failure after which a CallbackUrl is not called any more; 0 for never. */
  CALLBACK_FAIL_DAYS: wholeNumber(0, 365).default(5),
  /** Days for which it is known what was delivered. */
  DELIVERY_DAYS: wholeNumber(1, 3650).default(30),
  /** Days after its end at which a session is deleted, unless it is on legal hold; 0 for never. */
  RETENTION_DAYS: wholeNumber(0, 36_500).default(90),
  /** What goes wrong for users is posted to it. */
  ALERT_URL: url('http:', 'https:').optional(),
  INTERCEPT_FAILURE: z.enum(['open', 'closed'], { error: 'must be open or closed' }).default('open'),
});

export type Config = Readonly<z.infer<typeof environment>>;

/** A configuration that names a database and a master key: what api and worker cannot do without. */
export type ServerConfig = Config & {
  readonly DATABASE_URL: string;
  readonly MASKLINE_MASTER_KEY: KeyObject;
};

/**
 * Reads the environment once, at the top of each main.ts; a wrong value stops the start.
 * An empty variable counts as not set, since compose files and shells hand over empty ones.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (!result.success) {
    throw new StartError(
      result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; '),
    );
  }
  const config = result.data;
  if (config.DATABASE_POOL_URL !== undefined && config.DATABASE_URL === undefined) {
    throw new StartError('DATABASE_POOL_URL needs DATABASE_URL, for what cannot go through a pooler');
  }
  if ((config.MASKLINE_ACCOUNT_SID === undefined) !== (config.MASKLINE_AUTH_TOKEN === undefined)) {
    throw new StartError('MASKLINE_ACCOUNT_SID and MASKLINE_AUTH_TOKEN must be set together');
  }
  if (config.CARRIER === 'twilio' && (!config.TWILIO_ACCOUNT_SID || !config.TWILIO_AUTH_TOKEN)) {
    throw new StartError('CARRIER=twilio needs TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN');
  }
  // It refuses messages whose status it could report to nobody.
  if (config.CARRIER === 'twilio' && config.PUBLIC_URL === undefined) {
    throw new StartError('CARRIER=twilio needs PUBLIC_URL, where Twilio finds the API');
  }
  return Object.freeze(config);
}

/** The configuration of a process that runs against servers of its operator, not the embedded database. */
export function loadServerConfig(env: NodeJS.ProcessEnv = process.env): ServerConfig {
  const config = loadConfig(env);
  const { DATABASE_URL, MASKLINE_MASTER_KEY } = config;
  if (DATABASE_URL === undefined) throw new StartError('DATABASE_URL must be set');
  if (MASKLINE_MASTER_KEY === undefined) throw new StartError('MASKLINE_MASTER_KEY must be set');
  return Object.freeze({ ...config, DATABASE_URL, MASKLINE_MASTER_KEY });
}
