import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

// Strict: a key that is new in the file has to be judged here before it passes.
const service = z.strictObject({
  image: z.string(),
  build: z.literal('.').optional(),
  init: z.boolean().optional(),
  restart: z.enum(['no', 'unless-stopped']),
  stop_grace_period: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  command: z.tuple([z.string()], z.string()).optional(),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  healthcheck: z
    .union([
      z.strictObject({ disable: z.literal(true) }),
      z.strictObject({
        test: z.tuple([z.literal('CMD'), z.string()], z.string()),
        interval: z.string(),
        timeout: z.string(),
        retries: z.number(),
      }),
    ])
    .optional(),
  depends_on: z
    .record(
      z.string(),
      z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) }),
    )
    .default({}),
});

const compose = z.strictObject({
  name: z.string(),
  'x-maskline': z.unknown(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

export type Compose = z.infer<typeof compose>;
export type ComposeService = z.infer<typeof service>;

export async function readCompose(path: string): Promise<Compose> {
  return compose.parse(parse(await readFile(path, 'utf8'), { merge: true }));
}

/** The environment that a service is started with. */
export function settingsOf(
  { environment }: ComposeService,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, interpolate(value, env)]),
  );
}

/** What compose puts in place of `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
export function interpolate(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, sign?: string, rest?: string) => {
      const value = env[name] ?? '';
      if (value !== '') return value;
      if (sign === '?') throw new Error(`${name} ${rest ?? ''}`);
      return rest ?? '';
    },
  );
}
