import type { Login } from '#testing';
import { pick } from './plan.js';
import { HARD_TO_REACH, POOL_SIZE, POOL_START } from './values.js';
import type { Ownership, Resource, Tenant } from './world.js';

/** Of each of these an account should always have one, for what is asked of those that there are. */
const KINDS = [
  'serviceSid',
  'phoneNumberSid',
  'shortCodeSid',
  'sessionSid',
  'participantSid',
  'interactionSid',
];

export function needsToSettle(tenant: Tenant): boolean {
  return !KINDS.every((kind) => tenant.has(kind));
}

/** The numbers and short codes that the account has at its carrier from the beginning, so that it knows their SIDs. */
export async function takeNumbers(url: URL, tenant: Tenant): Promise<void> {
  for (let which = POOL_START; which < POOL_START + POOL_SIZE; which++) {
    tenant.phoneNumbers.push(await bought(url, tenant.login, `+1500555${tenant.digits}${which}`));
    tenant.shortCodes.push(await bought(url, tenant.login, String(10_000 + which)));
  }
}

/** A service with numbers of its own, in it a session of two people who were texted, and one in which somebody who is hard to reach waits for another. */
export async function settle(url: URL, tenant: Tenant, ownership: Ownership): Promise<void> {
  const make = async (
    kind: string,
    parent: Resource | null,
    path: string,
    form: Readonly<Record<string, string>> = {},
  ): Promise<Resource> => {
    const text = await asked(url, tenant.login, path, new URLSearchParams(form));
    const foreign = ownership.foreignIn(text, '', tenant, true);
    if (foreign.length > 0) throw new Error(`${path} shows ${foreign.join()} of another account`);
    const resource: Resource = { kind, sid: sidIn(text), name: null, parent };
    tenant.add(resource);
    return resource;
  };
  const service = await make('serviceSid', null, '/v1/Services', {
    UniqueName: `${tenant.mark} settled ${tenant.settled}`,
  });
  const below = `/v1/Services/${service.sid}`;
  for (const IsReserved of ['false', 'false', 'true']) {
    const number = `+14142${tenant.digits}${String(tenant.settled++).padStart(4, '0')}`;
    await make('phoneNumberSid', service, `${below}/PhoneNumbers`, { PhoneNumber: number, IsReserved });
  }
  const Sid = await bought(url, tenant.login, String(20_000 + tenant.settled));
  await make('shortCodeSid', service, `${below}/ShortCodes`, { Sid, IsReserved: 'true' });
  const session = await make('sessionSid', service, `${below}/Sessions`);
  const waiting = await make('sessionSid', service, `${below}/Sessions`);
  await make('participantSid', waiting, `${below}/Sessions/${waiting.sid}/Participants`, {
    Identifier: pick(HARD_TO_REACH, tenant.settled / 3 + Number(tenant.digits)),
  });
  const inSession = `${below}/Sessions/${session.sid}`;
  for (const last of ['30', '31']) {
    const Identifier = `+1500555${tenant.digits}${last}`;
    const person = await make('participantSid', session, `${inSession}/Participants`, { Identifier });
    const messages = `${inSession}/Participants/${person.sid}/MessageInteractions`;
    await make('interactionSid', person, messages, { Body: tenant.mark });
  }
}

async function bought(url: URL, login: Login, phoneNumber: string): Promise<string> {
  return sidIn(await asked(url, login, '/simulator/numbers', JSON.stringify({ phoneNumber })));
}

async function asked(url: URL, login: Login, path: string, body: string | URLSearchParams): Promise<string> {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa(`${login.username}:${login.password}`)}`,
      ...(typeof body === 'string' && { 'Content-Type': 'application/json' }),
    },
    body,
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${path} was answered ${response.status}: ${text}`);
  return text;
}

function sidIn(text: string): string {
  const { sid } = JSON.parse(text) as { readonly sid: string };
  return sid;
}
