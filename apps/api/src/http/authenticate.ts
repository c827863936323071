import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, Credentials } from '#application';
import { RequestError } from '#wire';
import type { FailedLogins } from './failed-logins.js';

/**
 * Finds out who calls, by HTTP Basic: account SID and auth token, or API key SID and its secret.
 * A Fastify hook rather than a Nest guard: it runs before the body is read, so a stranger's body never is.
 */
export async function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  credentials: Credentials,
  failedLogins: FailedLogins,
): Promise<Caller> {
  const login = readLogin(request);
  // Nothing was guessed.
  if (login === null) throw new RequestError('unauthenticated');
  const [username, password] = login;
  const { ip } = request;
  refuseWhileGuessing(failedLogins.wait(ip, username, performance.now()), reply);
  const caller = await credentials.check(username, password);
  const now = performance.now();
  // Again: others may have been found wrong meanwhile, and of many guesses sent at once no more shall be answered.
  refuseWhileGuessing(failedLogins.wait(ip, username, now), reply);
  if (caller === null) {
    failedLogins.failed(ip, username, password, now);
    // One answer for a wrong name and a wrong password: nobody learns which accounts exist.
    throw new RequestError('unauthenticated');
  }
  failedLogins.succeeded(ip, username);
  return caller;
}

function refuseWhileGuessing(milliseconds: number, reply: FastifyReply): void {
  if (milliseconds === 0) return;
  reply.header('Retry-After', Math.ceil(milliseconds / 1000));
  throw new RequestError('too-many-failed-logins');
}

/**
 * Whether the caller of a request that goes on for long may still do what it asked for: a key that was revoked, or a token that was
 * changed, is out as soon as it is for new requests.
 */
export async function isStillCalling(request: FastifyRequest, credentials: Credentials): Promise<boolean> {
  const login = readLogin(request);
  return login !== null && (await credentials.check(...login)) !== null;
}

function readLogin({ headers }: FastifyRequest): [username: string, password: string] | null {
  const encoded = /^Basic +([A-Za-z0-9+/_=-]+) *$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  return colon < 0 ? null : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
