import type { FastifyRequest } from 'fastify';
import { DomainError, readSid, type SidPrefix } from '#domain';
import type { ServiceQueries, SessionQueries } from '#read-model';
import { RequestError } from '#wire';

/**
 * Puts SIDs in the place of what the path names, so that no route needs to know of anything else. A SID is taken in
 * any case. What is none is a unique name: Twilio's API reads names in GET only, here they stand everywhere.
 */
export async function resolvePath(
  request: FastifyRequest,
  accountSid: string,
  services: ServiceQueries,
  sessions: SessionQueries,
): Promise<void> {
  // Fastify hands over decoded path parameters by name.
  const path = request.params as Record<string, string>;
  for (const text of Object.values(path)) requireText(text);
  for (const [name, prefix] of Object.entries(belowNames)) {
    const text = path[name];
    if (text !== undefined) path[name] = requireSid(prefix, text);
  }
  if (path['accountSid'] !== undefined) return;
  if (path['serviceSid'] === undefined) {
    // Without its service a session is known by its SID alone.
    if (path['sessionSid'] !== undefined) path['sessionSid'] = requireSid('KC', path['sessionSid']);
    return;
  }
  const service = path['serviceSid'];
  const serviceSid = readSid('KS', service) ?? (await services.sidOf(accountSid, service));
  path['serviceSid'] = serviceSid;
  if (path['sessionSid'] === undefined) return;
  const session = path['sessionSid'];
  const sessionSid = readSid('KC', session) ?? (await sessions.sidOf(accountSid, serviceSid, session));
  if (sessionSid === null) {
    // A code of its own (80308) is for a name that is fetched, and only when its service is there to look in.
    if (request.method !== 'GET') throw new RequestError('resource-not-found');
    await services.get(accountSid, serviceSid);
    throw new DomainError('session-name-not-found', 'there is no session with this name');
  }
  path['sessionSid'] = sessionSid;
}

/** What has no name but its SID. */
const belowNames: Readonly<Record<string, SidPrefix>> = {
  participantSid: 'KP',
  interactionSid: 'KI',
  phoneNumberSid: 'PN',
  shortCodeSid: 'SC',
  keySid: 'SK',
  deliverySid: 'DL',
  alertSid: 'NO',
};

function requireSid(prefix: SidPrefix, text: string): string {
  const sid = readSid(prefix, text);
  if (sid === null) throw new RequestError('resource-not-found');
  return sid;
}

/** PostgreSQL cannot even be asked for what has a NUL in it. */
function requireText(name: string): void {
  if (name.includes('\0')) throw new RequestError('resource-not-found');
}
