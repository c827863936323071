import type { Role } from '#application';

/**
 * Below here keys and tokens are handed out, and is decided what must not be deleted, by whoever has the account's own token: a
 * back end's key that leaked, or its program, must not end a hold in order to delete what it is about.
 */
const OWNED = [
  '/admin/v1/ApiKeys',
  '/admin/v1/AuthTokens',
  '/admin/v1/LegalHold',
  '/admin/v1/Sessions/:sessionSid/LegalHold',
];

/** Whether a caller may use a route at all. A read-only key changes nothing, by whichever API. */
export function mayUse(role: Role, method: string, route: string): boolean {
  if (method === 'GET') return true;
  if (role === 'read-only') return false;
  return role === 'owner' || !OWNED.some((owned) => route.startsWith(owned));
}
