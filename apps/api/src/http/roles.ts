import type { Role } from '#application';
import { isSimulator } from './api-path.js';

/**
 * Below here keys and tokens are handed out, and is decided what must not be deleted and which URLs are told of everything, by
 * whoever has the account's own token: a back end's key that leaked, or its program, must not end a hold in order to delete what it
 * is about, nor have itself told what all accounts do.
 */
const OWNED = [
  '/admin/v1/ApiKeys',
  '/admin/v1/AuthTokens',
  '/admin/v1/LegalHold',
  '/admin/v1/Sessions/:sessionSid/LegalHold',
  '/admin/v1/Webhooks',
];

/** Below here is what all accounts of the installation share. */
const SHARED = ['/admin/v1/Consumers', '/admin/v1/Webhooks'];

/**
 * Whether a route is open to an account at all. A consumer gets the events of every account, so only the account that the settings
 * name sees and changes them, by the roles of its keys: another one could stop what it does not know, or see who else listens.
 */
export function mayReach(accountSid: string, route: string, ofInstallation: string | undefined): boolean {
  return accountSid === ofInstallation || !SHARED.some((shared) => route.startsWith(shared));
}

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
