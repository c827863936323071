import { z } from 'zod';
import { personal } from './personal.js';
import { sid } from './sid.js';

const nothing = z.object({});

/** The data of the events of an account, by type. Secrets are never in an event. */
export const accountEvents = {
  AccountCreated: z.object({ friendlyName: z.string() }).describe('An account was created.'),
  AccountTokenChanged: nothing.describe('The auth token was replaced.'),
  SecondaryAuthTokenCreated: nothing.describe('A second auth token is accepted beside the first one.'),
  AuthTokenPromoted: nothing.describe('The secondary auth token took the place of the primary one.'),
  SecondaryAuthTokenDeleted: nothing.describe('The secondary auth token is accepted no more.'),
  ApiKeyCreated: z
    .object({
      keySid: sid('SK'),
      friendlyName: z.string(),
      role: z.enum(['operator', 'read-only']),
    })
    .describe('An API key was created.'),
  ApiKeyRevoked: z.object({ keySid: sid('SK') }).describe('An API key is accepted no more.'),
  AccountHoldPlaced: z
    .object({ reason: personal(z.string()) })
    .describe(
      'No service, session, participant or interaction of the account is deleted until the legal hold is released; `actor` says who placed it.',
    ),
  AccountHoldReleased: z
    .object({ reason: personal(z.string()) })
    .describe('The legal hold on the account has ended.'),
};
