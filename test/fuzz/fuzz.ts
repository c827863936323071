import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { createAccount, accountStream } from '#domain';
import { sealAuthToken } from '#application';
import { newSid, type Database } from '#platform';
import { testStore, type Service } from '#testing';
import { endpointsOf, type Endpoint } from './endpoints.js';
import { Lane, type Step } from './lane.js';
import { hostileBytes } from './hostile-bytes.js';
import { planOf, rightPlanOf } from './plan.js';
import { takeNumbers } from './settle.js';
import { Ownership, Tenant } from './world.js';

/** Lanes run at the same time, each with accounts of its own, so that what happens in one follows from the seed. */
const LANES = 8;
const ACCOUNTS = 3;

export interface Fuzzed {
  readonly seed: number;
  readonly endpoints: readonly Endpoint[];
  /** Answers by endpoint and status. */
  readonly counts: ReadonlyMap<string, number>;
  /** What stands in every text that was sent, but for the rest of each mark. */
  readonly mark: string;
  /** Resident bytes after each quarter. */
  readonly memory: readonly number[];
}

/** Sends so many generated requests and fails at the first answer that is not right, with the smallest request for it. */
export async function fuzz(service: Service, database: Database, requests: number): Promise<Fuzzed> {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`fuzz: ${requests} requests, again by FUZZ_SEED=${seed}\n`);
  const url = new URL(service.url);
  const endpoints = endpointsOf(await (await fetch(new URL('/docs-json', url))).text());
  const mark = `zq${seed.toString(16)}`;
  const logins = await accountsOf(service, database, LANES * ACCOUNTS);
  const tenants = logins.map(
    (login, i) => new Tenant(login, `${mark}l${Math.floor(i / ACCOUNTS)}a${i % ACCOUNTS}z`, String(10 + i)),
  );
  const ownership = new Ownership(tenants);
  for (const tenant of tenants) await takeNumbers(url, tenant);
  const counts = new Map<string, number>();
  const lanes = Array.from(
    { length: LANES },
    (_, i) => new Lane(url, endpoints, tenants.slice(i * ACCOUNTS, (i + 1) * ACCOUNTS), ownership, counts),
  );
  const steps: fc.Arbitrary<Step> = fc.oneof(
    { weight: 19, arbitrary: planOf(endpoints).map((plan) => ({ plan, hostile: null })) },
    { weight: 1, arbitrary: fc.record({ plan: rightPlanOf(endpoints), hostile: hostileBytes }) },
  );
  const memory: number[] = [];
  for (let quarter = 0; quarter < 4; quarter++) {
    await Promise.all(
      lanes.map(async (lane, i) => {
        const property = fc.asyncProperty(steps, (step) => lane.take(step));
        const numRuns = Math.ceil(requests / 4 / LANES);
        const { failed, errorInstance } = await fc.check(property, {
          seed: seed + quarter * LANES + i,
          numRuns,
        });
        if (failed) throw new Error(`FUZZ_SEED=${seed}: ${String(errorInstance)}`, { cause: errorInstance });
      }),
    );
    memory.push(await residentBytes(url));
  }
  for (const lane of lanes) lane.close();
  return { seed, endpoints, counts, mark, memory };
}

async function accountsOf({ env }: Service, database: Database, count: number) {
  const masterKey = createSecretKey(Buffer.from(env['MASKLINE_MASTER_KEY'] ?? '', 'hex'));
  const store = await testStore(database, { masterKey });
  return Promise.all(
    Array.from({ length: count }, async () => {
      const login = { username: newSid('AC'), password: newSid('AC').slice(2) };
      const context = {
        accountSid: login.username,
        actor: 'system:spec',
        requestId: null,
        correlationId: 'spec',
        causationId: null,
        traceParent: null,
        idempotency: null,
      };
      const value = sealAuthToken(masterKey, login.username, login.password);
      const secrets = [{ sid: login.username, slot: 'auth-token' as const, value }];
      const decide = (account: typeof accountStream.initial) => createAccount(account, '');
      await store.change(accountStream, login.username, context, decide, { secrets });
      return login;
    }),
  );
}

async function residentBytes(url: URL): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', url))).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
}
