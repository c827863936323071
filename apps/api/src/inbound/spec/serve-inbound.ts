import { createSecretKey, randomBytes } from 'node:crypto';
import twilio from 'twilio';
import type { AlertCode } from '#application';
import { newSid } from '#platform';
import { cleanUp, testDatabase } from '#testing';
import { formSignature } from '#wire';
import { serveApi } from '../../spec/serve-api.js';

type Api = Awaited<ReturnType<typeof serveApi>>;
type Settings = Parameters<typeof serveApi>[1];

/** What a webhook says. */
type Said = Readonly<Record<string, string>>;

interface Delivery {
  /** Instead of the right one; null for none. */
  readonly signature?: string | null;
  /** Instead of the URL that is called. */
  readonly signedUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly through?: Api;
}

let people = 1000;

/** A phone that nobody else has. */
export function somebody(): string {
  return `+1500555${people++}`;
}

/** The API over a database of its own, an account, and the carrier's side of it: what comes in, signed as it signs. */
export async function serveInbound(settings: Settings = {}) {
  const { database } = await testDatabase();
  const masterKey = createSecretKey(randomBytes(32));
  const alerts: AlertCode[] = [];
  const serve = async (more: Settings = {}) => {
    const api = await serveApi(database, {
      onAlert: (code) => alerts.push(code),
      masterKey,
      ...settings,
      ...more,
    });
    cleanUp(() => api.app.close());
    return api;
  };
  const api = await serve();
  const login = await api.account();
  const accountSid = login.username;
  const client = twilio(accountSid, login.password);
  client.proxy.baseUrl = api.url;
  const token = await api.carrier.webhookToken(accountSid);

  async function bring(path: string, said: Said, delivery: Delivery = {}) {
    const { signature, signedUrl, headers = {}, through = api } = delivery;
    const right = formSignature(token, signedUrl ?? `${through.url}${path}`, Object.entries(said));
    const presented = signature === undefined ? right : signature;
    const answer = await fetch(`${through.url}${path}`, {
      method: 'POST',
      headers: { ...headers, ...(presented !== null && { 'X-Twilio-Signature': presented }) },
      body: new URLSearchParams(said),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      text: await answer.text(),
    };
  }

  return {
    api,
    serve,
    database,
    login,
    accountSid,
    token,
    /** The codes of what the operator was told since they were last taken from here. */
    alerts,
    takeAlerts: () => alerts.splice(0),
    proxy: client.proxy.v1,
    bring,

    /** A service with numbers, made through Twilio's own SDK. */
    async service(wish: Partial<Parameters<typeof client.proxy.v1.services.create>[0]> = {}, numbers = 1) {
      const { sid } = await client.proxy.v1.services.create({
        uniqueName: `service-${newSid('KS')}`,
        ...wish,
      });
      const service = client.proxy.v1.services(sid);
      const pool: string[] = [];
      while (pool.length < numbers) {
        const { phoneNumber } = await service.phoneNumbers.create({ phoneNumber: somebody() });
        pool.push(phoneNumber);
      }
      const webhooks = `/v1/Accounts/${accountSid}/Proxy/${sid}/Webhooks`;
      const [number = ''] = pool;
      return {
        sid,
        number,
        pool,
        webhooks,
        rest: service,
        /** Two people who have each other's proxy number. */
        async session(more: Parameters<typeof service.sessions.create>[0] = {}, persons = 2) {
          const identifiers = Array.from({ length: persons }, somebody);
          // The SDK sends one parameter for each.
          const participants = identifiers.map((Identifier) => ({ Identifier }));
          const session = await service.sessions.create({ participants, ...more });
          return { sid: session.sid, people: identifiers, rest: service.sessions(session.sid) };
        },
        text: (from: string, body: string, more: Said = {}, delivery: Delivery = {}) =>
          bring(
            `${webhooks}/Message`,
            { MessageSid: newSid('SM'), From: from, To: number, Body: body, ...more },
            delivery,
          ),
        ring: (from: string, more: Said = {}, delivery: Delivery = {}) =>
          bring(
            `${webhooks}/Call`,
            { CallSid: newSid('CA'), From: from, To: number, CallStatus: 'ringing', ...more },
            delivery,
          ),
      };
    },
  };
}

export type Inbound = Awaited<ReturnType<typeof serveInbound>>;
