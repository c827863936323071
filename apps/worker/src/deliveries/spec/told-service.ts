import type { ServerResponse } from 'node:http';
import twilio from 'twilio';
import { Alerts, Callbacks, Credentials, DeliveryRounds, sealAuthToken, type AlertCode } from '#application';
import {
  blockInteraction,
  changeLegStatus,
  completeInteraction,
  createService,
  createSession,
  deleteInteraction,
  deleteSession,
  firstParticipants,
  serviceStream,
  sessionStream,
  startInteraction,
  updateService,
  type Interaction,
  type LegStatus,
  type Session,
  type SessionEvent,
} from '#domain';
import { readSubjectKeys, type EventContext } from '#event-store';
import { newSid, newUuid, OutboundHttp, seal } from '#platform';
import {
  addDeliveries,
  requestPlace,
  CallbackEndpointQueries,
  DeliveryQueries,
  type DeliveryRow,
  type InteractionRow,
} from '#read-model';
import { cleanUp, webhookReceiver, type ReceivedCall } from '#testing';
import { openWorld } from '../../spec/open-world.js';
import { Deliveries } from '../deliveries.js';

const authToken = '12345678901234567890123456789012';

/** For specs: a database, queues, and a worker that does nothing but tell CallbackUrls. */
export async function toldWorld(backend: Parameters<typeof openWorld>[0], disableAfter = 5) {
  const { database, store, queues } = await openWorld(backend);
  const { events, wake, masterKey } = store;
  const http = new OutboundHttp('loopback');
  cleanUp(() => http.close());
  const credentials = new Credentials(database, masterKey, events.partitions);
  const callbacks = new Callbacks(http, credentials, 'open');
  const raised: { code: AlertCode; why: string | undefined }[] = [];
  const alerts = new Alerts(() => undefined, {
    offer: (code, { why }) => raised.push({ code, why }),
  });
  const rounds = new DeliveryRounds(database, callbacks, alerts, masterKey, disableAfter);
  const queries = new DeliveryQueries(database, events.partitions, masterKey);
  return {
    database,
    store,
    queues,
    callbacks,
    raised,
    queries,
    endpoints: new CallbackEndpointQueries(database, events.partitions),
    /** Any number of them may run. */
    startWorker: async () => {
      const worker = new Deliveries(database, events, wake, queues, masterKey, rounds);
      cleanUp(() => worker.stop());
      await worker.start();
      return worker;
    },
    addService: (callbackUrl: string | null) => toldService({ database, store }, queries, callbackUrl),
  };
}

export type ToldService = Awaited<ReturnType<typeof toldService>>;

/** A service with a CallbackUrl, and what happens in its sessions, without HTTP and without a carrier. */
async function toldService(
  { database, store }: Pick<Awaited<ReturnType<typeof openWorld>>, 'database' | 'store'>,
  queries: DeliveryQueries,
  callbackUrl: string | null,
) {
  const { events, masterKey } = store;
  const accountSid = newSid('AC');
  const serviceSid = newSid('KS');
  await database.admin.query(`insert into maskline.secret values (0, $1, $1, 'auth-token', $2)`, [
    accountSid,
    sealAuthToken(masterKey, accountSid, authToken),
  ]);
  const context: EventContext = {
    accountSid,
    actor: accountSid,
    requestId: null,
    correlationId: 'spec',
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
  const settings = {
    uniqueName: serviceSid,
    defaultTtl: 0,
    callbackUrl,
    interceptCallbackUrl: null,
    outOfSessionCallbackUrl: null,
    geoMatchLevel: 'country',
    numberSelectionBehavior: 'prefer-sticky',
    chatInstanceSid: null,
  } as const;
  await events.create(serviceStream, serviceSid, context, null, () =>
    createService(serviceStream.initial, { ...settings, accountSid }),
  );

  const change = (
    { sessionSid, interactionSid }: Pick<Talk, 'sessionSid' | 'interactionSid'>,
    decide: (session: Session, sid: string, interaction: Interaction | null) => SessionEvent[],
  ) =>
    events.change(
      sessionStream,
      sessionSid,
      context,
      (session, { child }) => decide(session, interactionSid, interactionOf(child(interactionSid))),
      { children: [interactionSid], subjects: [interactionSid] },
    );

  return {
    accountSid,
    serviceSid,
    setUrl: (url: string | null) =>
      events.change(serviceStream, serviceSid, context, (service) =>
        updateService(service, { callbackUrl: url }),
      ),
    /** A session in which somebody texts or calls somebody. */
    start: async (type: 'message' | 'voice' = 'message', body = 'Hello, Bob!'): Promise<Talk> => {
      // A pair of numbers is in one session at a time, and specs have many.
      const people = ['+15550009000', '+15550009001'].map((proxyIdentifier) => ({
        participantSid: newSid('KP'),
        identifier: randomNumber(),
        friendlyName: null,
        proxyIdentifier,
        proxyIdentifierSid: newSid('PN'),
      }));
      const wish = {
        accountSid,
        serviceSid,
        uniqueName: null,
        mode: 'voice-and-message',
        ttl: 0,
        dateExpiry: null,
        status: 'open',
      } as const;
      const parent = { stream: serviceStream, id: serviceSid };
      const { sid: sessionSid } = await events.create(
        sessionStream,
        newSid('KC'),
        context,
        parent,
        ({ now }) =>
          createSession(
            sessionStream.initial,
            wish,
            now,
            firstParticipants(people, wish.mode, { accountSid, serviceSid }),
          ),
      );
      const talk = { sessionSid, interactionSid: newSid('KI') };
      await change(talk, (session, interactionSid) =>
        startInteraction(
          session,
          {
            accountSid,
            serviceSid,
            interactionSid,
            type,
            inbound: {
              participantSid: people[0]?.participantSid ?? '',
              resourceSid: newSid(type === 'message' ? 'SM' : 'CA'),
              resourceUrl: null,
            },
            outboundParticipantSid: people[1]?.participantSid ?? '',
            body: type === 'message' ? body : null,
            mediaUrls: null,
          },
          false,
        ),
      );
      return talk;
    },
    leg: (talk: Talk, leg: 'inbound' | 'outbound', status: LegStatus, resourceSid: string | null = null) =>
      change(talk, (session, sid, interaction) =>
        changeLegStatus(session, sid, interaction, { leg, status, resourceSid, resourceUrl: null }),
      ),
    block: (talk: Talk) => change(talk, blockInteraction),
    complete: (talk: Talk, duration: number) =>
      change(talk, (session, sid, interaction) => completeInteraction(session, sid, interaction, duration)),
    deleteInteraction: (talk: Talk) => change(talk, deleteInteraction),
    deleteSession: ({ sessionSid }: Talk) => events.change(sessionStream, sessionSid, context, deleteSession),
    /** As so many more events would leave it that nobody could be told of yet. */
    pileUp: async ({ sessionSid, interactionSid }: Talk, count: number) => {
      const subject = { partition: 0, streamId: sessionSid, subject: interactionSid };
      const [key = null] = await readSubjectKeys(database.admin, [subject], masterKey);
      if (key === null) throw new Error('an interaction with a text has a key');
      const pile = Array.from({ length: count }, (_, n) => {
        const eventId = newUuid();
        const sid = `DL${eventId.replaceAll('-', '')}`;
        return {
          sid,
          accountSid,
          serviceSid,
          sessionSid,
          interactionSid,
          eventId,
          eventType: 'InteractionLegStatusChanged',
          version: n + 100,
          startedVersion: 1,
          subject: interactionSid,
          request: seal(key, '[["interactionSid","KI1"]]', requestPlace(sid)),
        };
      });
      await addDeliveries(database.admin, 0, pile, 3);
    },
    /** The oldest first. */
    deliveries: async (): Promise<DeliveryRow[]> => {
      const { rows } = await queries.list(accountSid, serviceSid, { size: 1000, from: 0 });
      return rows.toReversed();
    },
    delivery: (sid: string) => queries.get(accountSid, serviceSid, sid),
  };
}

interface Talk {
  readonly sessionSid: string;
  readonly interactionSid: string;
}

function randomNumber(): string {
  return `+1555${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
}

function interactionOf(row: object | null): Interaction | null {
  if (row === null) return null;
  // The only child that is asked for here.
  const known = row as InteractionRow;
  return {
    type: known.type,
    inboundStatus: known.inbound_resource_status,
    outboundStatus: known.outbound_resource_status,
    outboundResourceSid: known.outbound_resource_sid,
    attempts: known.attempts,
  };
}

/** A server of a customer that answers as it is told to, and the URL that leads there. */
export async function customer(answer: (response: ServerResponse, call: ReceivedCall) => void) {
  const receiver = await webhookReceiver(answer);
  return { receiver, url: `${receiver.url}/hooks?x=1` };
}

export const forms = (calls: readonly ReceivedCall[]) =>
  calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

/** As a customer's framework would check it, with Twilio's own library. */
export function isSigned(url: string, { headers, body }: ReceivedCall): boolean {
  const signature = headers['x-twilio-signature'];
  const params = Object.fromEntries(new URLSearchParams(body));
  return typeof signature === 'string' && twilio.validateRequest(authToken, signature, url, params);
}
