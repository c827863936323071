import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '#platform';
import { call, cleanUp, testDatabase, type Answer, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

// Every route that Nest makes below /v1 is tried, so a new one is covered from its first day: a parameter that is not known
// here fails the spec.

type World = Readonly<Record<string, { readonly sid: string; readonly name: string }>>;

const routes: { readonly method: string; readonly template: string }[] = [];
const absent: Readonly<Record<string, string>> = {
  serviceSid: `KS${'0'.repeat(32)}`,
  sessionSid: `KC${'0'.repeat(32)}`,
};

let api: Awaited<ReturnType<typeof serveApi>>;
let database: Database;
let owner: Login;
let stranger: Login;
/** What each parameter names for either of them. */
let theirs: World;
let own: World;

beforeAll(async () => {
  ({ database } = await testDatabase());
  api = await serveApi(database, {
    onRoute: (method, template) => {
      if (template.startsWith('/v1')) routes.push({ method, template });
    },
  });
  cleanUp(() => api.app.close());
  owner = await api.account();
  stranger = await api.account();
  theirs = await newWorld(owner, 'victim');
  own = await newWorld(stranger, 'stranger');
});

async function newWorld(login: Login, name: string): Promise<World> {
  const made = async (path: string, UniqueName: string) => {
    const { body } = await call(api.url, 'POST', path, { login, body: { UniqueName } });
    return { sid: String(body?.['sid']), name: UniqueName };
  };
  const serviceSid = await made('/v1/Services', `service-of-${name}`);
  const sessionSid = await made(`/v1/Services/${serviceSid.sid}/Sessions`, `session-of-${name}`);
  return { serviceSid, sessionSid };
}

const parametersOf = (template: string) =>
  [...template.matchAll(/:(\w+)/g)].map(([, parameter = '']) => parameter);

/** The path with each parameter filled in by `choose`. */
const fill = (template: string, choose: (parameter: string, depth: number) => string) => {
  let depth = 0;
  return template.replace(/:(\w+)/g, (_, parameter: string) => choose(parameter, depth++));
};

function of(world: World, parameter: string): { readonly sid: string; readonly name: string } {
  const found = world[parameter];
  if (found === undefined) throw new Error(`say in newWorld what ${parameter} names`);
  return found;
}

/** A form that is good for every route: what does not know a parameter leaves it. */
const bodyFor = (method: string) =>
  method === 'POST' ? { body: { UniqueName: 'taken-over', Ttl: '1' } } : {};

const eventsOf = async ({ username }: Login) => {
  const text = 'select count(*) from maskline.event where account_sid = $1';
  const { rows } = await database.admin.query<{ count: number }>(text, [username]);
  return rows[0]?.count;
};

/** Apart from the SID asked for, and from what differs in every answer. */
const told = ({ status, text, headers }: Answer, path: string) => ({
  status,
  text: text.replaceAll(path.replace('/v1', ''), '…'),
  headers: Object.keys(headers).sort(),
});

describe('another account', () => {
  it('is tried on every route', () => {
    const withParameters = routes.filter(({ template }) => template.includes(':'));
    expect(withParameters.length).toBeGreaterThanOrEqual(8);
    expect(routes.map(({ method, template }) => `${method} ${template}`)).toContain(
      'DELETE /v1/Services/:serviceSid/Sessions/:sessionSid',
    );
  });

  it.each(['sid', 'name'] as const)(
    'finds nothing by the %s of its owner, in the same words as nothing at all',
    async (kind) => {
      const before = await eventsOf(owner);
      for (const { method, template } of routes) {
        const parameters = parametersOf(template);
        // From the n-th parameter on theirs, and what stands above it the stranger's own.
        for (const [from] of parameters.entries()) {
          const ask = (choose: (parameter: string) => string) => {
            const path = fill(template, (parameter, depth) =>
              depth < from ? of(own, parameter).sid : choose(parameter),
            );
            return call(api.url, method, path, { login: stranger, ...bodyFor(method) }).then((answer) =>
              told(answer, path),
            );
          };
          const answer = await ask((parameter) => of(theirs, parameter)[kind]);
          expect({ method, template, from, status: answer.status }).toMatchObject({ status: 404 });
          const nothing = kind === 'sid' ? absent : { serviceSid: 'nobody', sessionSid: 'nobody' };
          expect(answer).toEqual(await ask((parameter) => nothing[parameter] ?? ''));
        }
      }
      expect(await eventsOf(owner)).toBe(before);
    },
  );

  it('is shown nothing of it by what names nothing', async () => {
    for (const { method, template } of routes.filter((route) => !route.template.includes(':'))) {
      const { text } = await call(api.url, method, template, { login: stranger, ...bodyFor(method) });
      for (const { sid, name } of Object.values(theirs)) {
        expect(text).not.toContain(sid);
        expect(text).not.toContain(name);
      }
      expect(text).not.toContain(owner.username);
    }
  });

  it('may use the same names', async () => {
    const name = of(theirs, 'serviceSid').name;
    const { status } = await call(api.url, 'POST', '/v1/Services', {
      login: stranger,
      body: { UniqueName: name },
    });
    expect(status).toBe(201);
  });
});

describe('nobody', () => {
  it('is answered on no route', async () => {
    for (const { method, template } of routes) {
      const path = fill(template, (parameter) => of(theirs, parameter).sid);
      expect([method, path, (await call(api.url, method, path, bodyFor(method))).status]).toEqual([
        method,
        path,
        401,
      ]);
    }
  });
});

describe('the owner', () => {
  it('finds on every route what the others did not', async () => {
    // The deepest are deleted first.
    const order = [...routes].sort(
      (a, b) =>
        Number(a.method === 'DELETE') - Number(b.method === 'DELETE') ||
        b.template.length - a.template.length,
    );
    for (const { method, template } of order) {
      const path = fill(template, (parameter) => of(theirs, parameter).sid);
      const { status } = await call(api.url, method, path, {
        login: owner,
        ...(method === 'POST' ? { body: { UniqueName: `mine-${template.length}` } } : {}),
      });
      expect([method, template, status]).toEqual([method, template, expect.any(Number)]);
      expect([200, 201, 204]).toContain(status);
    }
  });
});
