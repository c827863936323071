import type { Role } from '#application';
import { isSimulator } from './api-path.js';

/** Below here keys and tokens are handed out, by whoever has the account's own token. */
const OWNED = ['/admin/v1/ApiKeys', '/admin/v1/AuthTokens'];

/**
 * Whether a caller may use a route at all. A read-only key changes nothing, by whichever API. Nor does it look at the simulator's
 * phones: what they show is numbers and texts, and without those nothing.
 */
export function mayUse(role: Role, method: string, route: string): boolean {
  if (role === 'read-only' && isSimulator(route)) return false;
  if (method === 'GET') return true;
  if (role === 'read-only') return false;
  return role === 'owner' || !OWNED.some((owned) => route.startsWith(owned));
}
