import type { FastifyRequest } from 'fastify';
import type { Caller, Credentials } from '#application';
import { RequestError } from '#wire';

/**
 * Finds out who calls, by HTTP Basic: account SID and auth token, or API key SID and its secret.
 * A Fastify hook rather than a Nest guard: it runs before the body is read, so a stranger's body never is.
 */
export async function authenticate(request: FastifyRequest, credentials: Credentials): Promise<Caller> {
  const [username, password] = basic(request.headers.authorization);
  const caller = await credentials.check(username, password);
  // One answer for a wrong name and a wrong password: nobody learns which accounts exist.
  if (caller === null) throw new RequestError('unauthenticated');
  return caller;
}

function basic(header: string | undefined): [username: string, password: string] {
  const encoded = /^Basic +([A-Za-z0-9+/_=-]+) *$/i.exec(header ?? '')?.[1] ?? '';
  const decoded = Buffer.from(encoded, 'base64').toString();
  const colon = decoded.indexOf(':');
  return colon < 0 ? ['', ''] : [decoded.slice(0, colon), decoded.slice(colon + 1)];
}
