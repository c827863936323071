import type { Role } from '#application';

/** Below here keys and tokens are handed out, by whoever has the account's own token. */
const OWNED = ['/admin/v1/ApiKeys', '/admin/v1/AuthTokens'];

/** Whether a caller may use a route at all. A read-only key changes nothing, by whichever API. */
export function mayUse(role: Role, method: string, route: string): boolean {
  if (method === 'GET') return true;
  if (role === 'read-only') return false;
  return role === 'owner' || !OWNED.some((owned) => route.startsWith(owned));
}
