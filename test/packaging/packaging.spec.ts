import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { environment, loadServerConfig } from '#platform';
import { interpolate, readCompose, settingsOf } from './compose.js';
import { commandOf, copiesOf, environmentOf, lastOf, readDockerfile, type Stage } from './dockerfile.js';

// What can be known of the image and of compose without a Docker engine. That their commands really run is the matter of
// image.e2e.spec.ts.

const stages = await readDockerfile('Dockerfile');
const image = lastStage(stages);
const compose = await readCompose('docker-compose.yml');
const composeText = await readFile('docker-compose.yml', 'utf8');

const settings = Object.keys(environment.shape);
/** Compose itself needs this one, for the database that it starts. */
const composeOnly = 'POSTGRES_PASSWORD';
/** What compose gives itself, or a container has no use for. */
const composed = ['HOST', 'PORT', 'DATABASE_URL', 'REDIS_URL', 'MASKLINE_DATA_DIR'];
const secrets = { POSTGRES_PASSWORD: 'not-secret', MASKLINE_MASTER_KEY: '00'.repeat(32) };

const ours = Object.entries(compose.services).filter(([, service]) => service.image === compose.name);

describe('the image', () => {
  it('is built and run on one version of Node, which package.json allows', async () => {
    const versions = new Set(stages.map((stage) => /^node:(\d+)-/.exec(stage.image)?.[1]));
    const [version] = versions;
    expect(versions.size).toBe(1);
    expect(Number(version)).toBeGreaterThanOrEqual(await oldestNode());
  });

  it('runs as a user without rights', () => {
    const [user] = lastOf(image, 'USER').words;
    expect(user).toBe('node');
  });

  it('holds only files that the checkout has and .dockerignore lets through', async () => {
    const ignored = (await readFile('.dockerignore', 'utf8')).split('\n');
    const files = stages.flatMap(copiesOf).flatMap(({ from, sources }) => (from === null ? sources : []));
    expect(files).toContain('migrations');
    expect(files.filter((file) => !existsSync(file) || ignored.includes(file))).toEqual([]);
  });

  it('takes the rest from stages before it', () => {
    const names = stages.slice(0, -1).map(({ name }) => name);
    const taken = copiesOf(image).flatMap(({ from }) => (from === null ? [] : [from]));
    expect(taken).toHaveLength(2);
    expect(taken.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('leaves secrets and data of the checkout out', async () => {
    const ignored = (await readFile('.dockerignore', 'utf8')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '.maskline', 'dist', 'node_modules']));
  });

  it('listens to the outside, on the port that it exposes', () => {
    const config = environment.parse(environmentOf(image));
    expect(settings).toEqual(expect.arrayContaining(Object.keys(environmentOf(image))));
    expect(config.HOST).toBe('0.0.0.0');
    expect(lastOf(image, 'EXPOSE').words).toEqual([String(config.PORT)]);
  });

  it('starts a program that it holds', () => {
    expect(programOf(commandOf(lastOf(image, 'CMD')))).toBe('apps/api/src/main.ts');
  });
});

describe('compose', () => {
  it('runs the image in each role', () => {
    expect(ours.map(([name]) => name).sort()).toEqual(['api', 'migrate', 'worker']);
  });

  it.each(ours)('gives %s settings that it accepts, and no others', (_, service) => {
    const env = settingsOf(service, secrets);
    expect(settings).toEqual(expect.arrayContaining(Object.keys(env)));
    expect(loadServerConfig(env).DATABASE_URL).toBe(env['DATABASE_URL']);
  });

  it.each(ours)('hands %s every setting of its reader but its own', (_, service) => {
    const asked = Object.fromEntries(
      settings.filter((name) => !composed.includes(name)).map((name) => [name, `asked as ${name}`]),
    );
    const env = settingsOf(service, { ...secrets, ...asked });
    expect(Object.fromEntries(Object.entries(env).filter(([name]) => !composed.includes(name)))).toEqual(
      asked,
    );
  });

  it('asks its reader for settings only, and for one password of its own', () => {
    const asked = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect(asked).toContain(composeOnly);
    expect([...settings, composeOnly]).toEqual(expect.arrayContaining(asked));
  });

  it.each(Object.keys(secrets))('does not start without %s', (secret) => {
    expect(() => interpolate(composeText, { ...secrets, [secret]: '' })).toThrow(secret);
  });

  it.each(ours)('lets %s start a program that the image holds', (_, { command }) => {
    expect(programOf(command ?? commandOf(lastOf(image, 'CMD')))).toMatch(/^apps\//);
  });

  it('reaches its database and its queues under the names and secrets that it gave them', () => {
    const { postgres, redis, api } = compose.services;
    const env = api === undefined ? {} : settingsOf(api, secrets);
    const database = new URL(env['DATABASE_URL'] ?? '');
    expect({ host: database.hostname, user: database.username, path: database.pathname }).toEqual({
      host: 'postgres',
      user: postgres?.environment['POSTGRES_USER'],
      path: `/${postgres?.environment['POSTGRES_DB'] ?? ''}`,
    });
    expect(database.password).toBe(interpolate(postgres?.environment['POSTGRES_PASSWORD'] ?? '', secrets));
    expect(new URL(env['REDIS_URL'] ?? '').hostname).toBe('redis');
    expect(redis).toBeDefined();
  });

  it('keeps jobs over a restart of Redis and never evicts them', () => {
    const command = compose.services['redis']?.command?.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  it('publishes the port of the image, to this machine only', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports);
    const [port] = lastOf(image, 'EXPOSE').words;
    expect(published).toEqual([`127.0.0.1:${port ?? ''}:${port ?? ''}`]);
  });

  it('waits only for services that can be waited for', () => {
    const waits = Object.values(compose.services).flatMap(({ depends_on }) => Object.entries(depends_on));
    const inVain = waits.filter(([name, { condition }]) => {
      const service = compose.services[name];
      return condition === 'service_healthy'
        ? service?.healthcheck === undefined || 'disable' in service.healthcheck
        : service?.restart !== 'no';
    });
    expect(waits.length).toBeGreaterThan(0);
    expect(inVain).toEqual([]);
  });

  it('keeps what must survive in volumes that it declares', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes }) => volumes);
    expect(mounted.map((mount) => mount.split(':')[0]).sort()).toEqual(Object.keys(compose.volumes).sort());
  });
});

function lastStage(all: readonly Stage[]): Stage {
  const last = all.at(-1);
  if (last === undefined) throw new Error('the Dockerfile has no stage');
  return last;
}

/** The source file of the program that a command of the image starts. */
function programOf([node, program = '']: readonly string[]): string {
  expect(node).toBe('node');
  const held = copiesOf(image).some(({ target }) => program.startsWith(target.replace('./', '')));
  const source = program.replace(/^dist\/(.*)\.js$/, '$1.ts');
  if (!held || !existsSync(source)) throw new Error(`the image holds no ${program}`);
  return source;
}

async function oldestNode(): Promise<number> {
  const manifest = z.object({ engines: z.object({ node: z.string() }) });
  const { engines } = manifest.parse(JSON.parse(await readFile('package.json', 'utf8')));
  return Number(/^>=(\d+)/.exec(engines.node)?.[1]);
}
