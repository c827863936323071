import { CARRIER_WEBHOOK_ROUTE } from '#wire';
import { segmentsOf } from './route-table.js';

// What of all paths is served to callers who say who they are. A path may spell these words with percent signs.

/** Twilio's API. */
export function isApi(path: string): boolean {
  return path.startsWith('/v1/') || segmentsOf(path)[1] === 'v1';
}

/** What runs an account rather than its calls. */
export function isAdmin(path: string): boolean {
  const [, first, second] = segmentsOf(path);
  return first === 'admin' && second === 'v1';
}

/** The phones of the simulator. */
export function isSimulator(path: string): boolean {
  return segmentsOf(path)[1] === 'simulator';
}

/** What the carrier calls, and signs: the route that is meant, for a path alone proves nothing. */
export function isCarrierWebhook(route: string): boolean {
  return route.startsWith(`${CARRIER_WEBHOOK_ROUTE}/`);
}
