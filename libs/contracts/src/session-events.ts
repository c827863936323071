import { z } from 'zod';
import { personal } from './personal.js';
import { sid } from './sid.js';

const time = z.iso.datetime();
const interaction = { interactionSid: sid('KI') };
const place = { accountSid: sid('AC'), serviceSid: sid('KS') };

/** The data of the events of a session, by type. */
export const sessionEvents = {
  SessionCreated: z
    .object({
      ...place,
      uniqueName: z.string().nullable(),
      mode: z.enum(['message-only', 'voice-only', 'voice-and-message']),
      ttl: z.int(),
      dateExpiry: time.nullable(),
    })
    .describe('A session was created. `ttl` is in seconds, 0 is no limit; `dateExpiry` wins over it.'),
  SessionStarted: z
    .object({})
    .describe('The session is in progress: its first interaction came, or a caller said so.'),
  SessionTtlChanged: z.object({ ttl: z.int() }).describe('The time that the session may be idle changed.'),
  SessionExpiryChanged: z.object({ dateExpiry: time.nullable() }).describe('The expiry date changed.'),
  SessionClosed: z.object({ reason: z.literal('api') }).describe('A caller closed the session.'),
  SessionExpired: z
    .object({ reason: z.enum(['ttl-expired', 'date-expiry']), at: time })
    .describe('The session ended by itself. `at` is its deadline; the envelope says when that was noticed.'),
  SessionReopened: z
    .object({ dateExpiry: time.nullable() })
    .describe('A closed session lives again, with this expiry date or none.'),
  SessionDeleted: z
    .object({})
    .describe(
      'The session is gone, and with it the keys of everything personal in it. Retention did it where `actor` is `system:retention`.',
    ),
  ParticipantAdded: z
    .object({
      ...place,
      participantSid: sid('KP'),
      identifier: personal(z.string()),
      friendlyName: personal(z.string()).nullable(),
      proxyIdentifier: z.string(),
      proxyIdentifierSid: z.string(),
    })
    .describe('Somebody is in the session, and reaches the partner through `proxyIdentifier`.'),
  ParticipantRemoved: z.object({ participantSid: sid('KP') }).describe('A participant left for good.'),
  InteractionStarted: z
    .object({
      ...place,
      ...interaction,
      type: z.enum(['message', 'voice']),
      inbound: z
        .object({ participantSid: sid('KP'), resourceSid: z.string(), resourceUrl: z.string().nullable() })
        .nullable(),
      outboundParticipantSid: sid('KP'),
      body: personal(z.string()).nullable(),
      mediaUrls: personal(z.array(z.string())).nullable(),
    })
    .describe('A message or call came in, or the account itself sends one (`inbound` is null then).'),
  ForwardAttempted: z
    .object({ ...interaction, attempt: z.int() })
    .describe('The carrier is about to be asked to carry the interaction on.'),
  InteractionLegStatusChanged: z
    .object({
      ...interaction,
      leg: z.enum(['inbound', 'outbound']),
      status: z.enum([
        'queued',
        'initiated',
        'sending',
        'ringing',
        'sent',
        'in-progress',
        'answered',
        'delivered',
        'undelivered',
        'completed',
        'busy',
        'no-answer',
        'failed',
        'canceled',
        'unknown',
      ]),
      resourceSid: z.string().nullable(),
      resourceUrl: z.string().nullable(),
    })
    .describe('One of the two legs of an interaction has another status.'),
  InteractionBlocked: z
    .object(interaction)
    .describe('The intercept callback of the account said no: nothing is carried on.'),
  InteractionCompleted: z
    .object({ ...interaction, duration: personal(z.number()).nullable() })
    .describe('The call is over; `duration` is in seconds, when the carrier says so.'),
  InteractionDeleted: z.object(interaction).describe('The content of the interaction was erased.'),
  IdentifiersRevealed: z
    .object({ reason: personal(z.string()) })
    .describe('Somebody was shown whole identifiers where they come masked; `actor` says who.'),
  SessionHoldPlaced: z
    .object({ reason: personal(z.string()) })
    .describe(
      'Neither the session nor anything in it is deleted until the legal hold is released; `actor` says who placed it.',
    ),
  SessionHoldReleased: z
    .object({ reason: personal(z.string()) })
    .describe('The legal hold on the session has ended.'),
};
