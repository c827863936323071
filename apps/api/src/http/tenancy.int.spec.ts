import { beforeAll, describe, expect, it } from '@jest/globals';
import { Carrier } from '#carrier';
import type { Database } from '#platform';
import { call, cleanUp, testDatabase, type Answer, type Login } from '#testing';
import { serveApi } from '../spec/serve-api.js';

// Every route that Nest makes below /v1 is tried, so a new one is covered from its first day: a parameter that is not known
// here fails the spec. But for the carrier's webhooks, which no login opens.

type World = Readonly<Record<string, { readonly sid: string; readonly name: string }>>;

const routes: { readonly method: string; readonly template: string }[] = [];
const absent: Readonly<Record<string, string>> = {
  serviceSid: `KS${'0'.repeat(32)}`,
  sessionSid: `KC${'0'.repeat(32)}`,
  phoneNumberSid: `PN${'0'.repeat(32)}`,
  shortCodeSid: `SC${'0'.repeat(32)}`,
  participantSid: `KP${'0'.repeat(32)}`,
  interactionSid: `KI${'0'.repeat(32)}`,
};
/** What has no name is asked for by one all the same. */
const nameless = (sid: string) => ({ sid, name: `name-of-${sid}` });

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
      if (/^\/v1\/(?!Accounts\/)/.test(template)) routes.push({ method, template });
    },
  });
  cleanUp(() => api.app.close());
  owner = await api.account();
  stranger = await api.account();
  theirs = await newWorld(owner, 'victim', 1);
  own = await newWorld(stranger, 'stranger', 2);
  anotherCode = await shortCode(owner, '54321');
});

async function newWorld(login: Login, name: string, digit: number): Promise<World> {
  const made = async (path: string, body: Record<string, string>) => {
    const answer = await call(api.url, 'POST', path, { login, body });
    expect([path, answer.status]).toEqual([path, 201]);
    const sid = String(answer.body?.['sid']);
    return { ...nameless(sid), ...(body['UniqueName'] !== undefined && { name: body['UniqueName'] }) };
  };
  const serviceSid = await made('/v1/Services', { UniqueName: `service-of-${name}` });
  const service = `/v1/Services/${serviceSid.sid}`;
  const phoneNumberSid = await made(`${service}/PhoneNumbers`, { PhoneNumber: `+1500555010${digit}` });
  const shortCodeSid = await made(`${service}/ShortCodes`, { Sid: await shortCode(login, `1234${digit}`) });
  const sessionSid = await made(`${service}/Sessions`, { UniqueName: `session-of-${name}` });
  const session = `${service}/Sessions/${sessionSid.sid}`;
  const participantSid = await made(`${session}/Participants`, { Identifier: `+1500555020${digit}` });
  const interactionSid = await made(`${session}/Participants/${participantSid.sid}/MessageInteractions`, {
    Body: 'hello',
  });
  return { serviceSid, phoneNumberSid, shortCodeSid, sessionSid, participantSid, interactionSid };
}

/** The SID of a short code of the account at its carrier. */
async function shortCode({ username }: Login, digits: string): Promise<string> {
  const found = await api.app.get(Carrier).findNumber(username, { phoneNumber: digits });
  return found?.sid ?? '';
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

/** A form that is good for the route: what does not know a parameter leaves it. */
const bodyFor = (method: string, template: string, UniqueName = 'taken-over') => {
  if (method !== 'POST') return {};
  if (template.endsWith('/ShortCodes')) return { body: { Sid: anotherCode } };
  return {
    body: {
      UniqueName,
      Ttl: '1000',
      PhoneNumber: '+15005550303',
      Identifier: '+15005550404',
      Body: 'taken over',
    },
  };
};
/** Of the owner. */
let anotherCode = '';

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
            return call(api.url, method, path, { login: stranger, ...bodyFor(method, template) }).then(
              (answer) => told(answer, path),
            );
          };
          const answer = await ask((parameter) => of(theirs, parameter)[kind]);
          expect({ method, template, from, status: answer.status }).toMatchObject({ status: 404 });
          const nothing = (parameter: string) => (kind === 'sid' ? (absent[parameter] ?? '') : 'nobody');
          expect(answer).toEqual(await ask(nothing));
        }
      }
      expect(await eventsOf(owner)).toBe(before);
    },
  );

  it('is shown nothing of it by what names nothing', async () => {
    for (const { method, template } of routes.filter((route) => !route.template.includes(':'))) {
      const { text } = await call(api.url, method, template, {
        login: stranger,
        ...bodyFor(method, template),
      });
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
      expect([method, path, (await call(api.url, method, path, bodyFor(method, template))).status]).toEqual([
        method,
        path,
        401,
      ]);
    }
  });
});

describe('the owner', () => {
  it('finds on every route what the others did not', async () => {
    // The deepest are deleted first, and the session before the number that it uses.
    const order = [...routes].sort(
      (a, b) =>
        Number(a.method === 'DELETE') - Number(b.method === 'DELETE') ||
        b.template.split('/').length - a.template.split('/').length ||
        (a.template < b.template ? 1 : -1),
    );
    for (const { method, template } of order) {
      const path = fill(template, (parameter) => of(theirs, parameter).sid);
      const { status } = await call(api.url, method, path, {
        login: owner,
        ...bodyFor(method, template, `mine-${template.length}`),
      });
      expect([
        `200 ${method} ${template}`,
        `201 ${method} ${template}`,
        `204 ${method} ${template}`,
      ]).toContain(`${status} ${method} ${template}`);
    }
  });
});
