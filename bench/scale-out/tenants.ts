import { createSecretKey, randomBytes } from 'node:crypto';
import {
  CreateAccount,
  CreateAccountHandler,
  CreateService,
  CreateServiceHandler,
  MasterKey,
} from '#application';
import { partitionOf } from '#event-store';
import { newSid } from '#platform';
import { ServiceQueries } from '#read-model';
import { openBenchStore } from '../open-bench-store.js';
import { nextContext, serviceSettings } from '../session-wish.js';

/** An account with one service. */
export interface Tenant {
  readonly serviceSid: string;
  readonly authorization: string;
}

/** Makes accounts that lie in the partitions in turn. */
export async function createTenants(url: string, masterKey: string, count: number): Promise<Tenant[]> {
  const key = createSecretKey(Buffer.from(masterKey, 'hex'));
  const { events, database, close } = await openBenchStore({ DATABASE_URL: url }, key);
  const accounts = new CreateAccountHandler(events, new MasterKey(key));
  const services = new CreateServiceHandler(events, new ServiceQueries(database, events.partitions));
  const tenants: Tenant[] = [];
  for (let i = 0; i < count; i++) {
    const accountSid = sidIn(i % events.partitions, events.partitions);
    const token = randomBytes(16).toString('hex');
    const context = { ...nextContext(), accountSid, actor: accountSid };
    await accounts.execute(new CreateAccount('bench', token, context));
    const { sid: serviceSid } = await services.execute(new CreateService(serviceSettings, context));
    tenants.push({ serviceSid, authorization: `Basic ${btoa(`${accountSid}:${token}`)}` });
  }
  await close();
  return tenants;
}

/** A few tries find one. */
function sidIn(partition: number, partitions: number): string {
  let sid = newSid('AC');
  while (partitionOf(sid, partitions) !== partition) sid = newSid('AC');
  return sid;
}
