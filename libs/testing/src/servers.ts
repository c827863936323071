import { z } from 'zod';

/** The servers of a test run: started once by the harness, known to jest's workers through the environment. */
const schema = z.object({
  postgres: z.record(z.string(), z.object({ url: z.string(), version: z.string() })),
  redis: z.object({ url: z.string(), version: z.string(), isOurs: z.boolean() }).nullable(),
  /** Installed, that is: each spec starts its own, over its own database. */
  pgBouncer: z.object({ program: z.string(), version: z.string() }).nullable(),
});

export type Servers = z.infer<typeof schema>;

/** The database that every test database is copied from. */
export const TEMPLATE = 'maskline_template';

/** Debian's package; the one that comes with npm is 18. */
export const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

const VARIABLE = 'MASKLINE_TEST_SERVERS';

export function publishServers(servers: Servers): void {
  process.env[VARIABLE] = JSON.stringify(servers);
}

export function knownServers(): Servers {
  const text = process.env[VARIABLE];
  if (text === undefined) {
    throw new Error(
      'no servers: a spec that needs them is named *.int.spec.ts, *.e2e.spec.ts or *.long.spec.ts',
    );
  }
  return schema.parse(JSON.parse(text));
}
