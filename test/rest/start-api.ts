import twilio from 'twilio';
import { call, startService, testDatabase, type Call, type Login } from '#testing';
import { databaseGate } from './database-gate.js';

/** The built API in a process of its own, over a database that the spec can look into. */
export async function startApi(env: Readonly<Record<string, string>> = {}) {
  const { url: databaseUrl, database } = await testDatabase();
  const gate = await databaseGate(databaseUrl);
  const service = await startService('api', { env: { ...env, DATABASE_URL: gate.url } });
  const { url, accountSid, authToken } = service;
  const login: Login = { username: accountSid, password: authToken };
  const client = twilio(accountSid, authToken);
  client.proxy.baseUrl = url;
  return {
    url,
    service,
    database,
    /** Between the API and its database. */
    gate,
    login,
    accountSid,
    /** Twilio's own SDK, pointed at us as its users would. */
    proxy: client.proxy.v1,
    ask: (method: string, path: string, options: Call = {}) => call(url, method, path, { login, ...options }),
  };
}

export type Api = Awaited<ReturnType<typeof startApi>>;
