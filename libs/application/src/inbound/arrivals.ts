import { Injectable } from '@nestjs/common';
import { DomainError, isStopWord } from '#domain';
import { NumberPool, Routes, ServiceQueries } from '#read-model';
import { Alerts } from '../alerts/alerts.js';
import { MaskingRules } from '../masking-rules.js';
import { dropped, type Arrival, type Reception } from './arrival.js';
import { OutOfSession } from './out-of-session.js';
import { sessionHasEnded, SessionArrivals } from './session-arrivals.js';

/** Says where what the carrier brings belongs (contract §13.2). What is accepted is durable. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly services: ServiceQueries,
    private readonly pool: NumberPool,
    private readonly routes: Routes,
    private readonly sessions: SessionArrivals,
    private readonly outOfSession: OutOfSession,
    private readonly alerts: Alerts,
    private readonly rules: MaskingRules,
  ) {}

  async take(arrival: Arrival): Promise<Reception> {
    const { accountSid, serviceSid, from, to } = arrival.contact;
    const place = { accountSid, serviceSid, identifier: from };
    const [service, called, calling, sessionSid] = await Promise.all([
      this.services.get(accountSid, serviceSid),
      this.pool.find(place, { number: to, sid: null }),
      this.pool.find(place, { number: from, sid: null }),
      this.routes.find(arrival.contact),
    ]);
    if (called?.serviceSid !== serviceSid) {
      throw new DomainError('phone-number-not-found', 'the number is not in the pool of the service');
    }
    const about = { accountSid, serviceSid };
    if (calling !== null) {
      // Two pools would send each other the same message for ever.
      this.alerts.raise(80905, { ...about, why: 'it came from a number of a pool' });
      return dropped;
    }
    const respectsStopWords = service.respects_stop_words ?? this.rules.respectsStopWords;
    if (respectsStopWords && arrival.body !== null && isStopWord(arrival.body)) {
      this.alerts.raise(80901, about);
      return dropped;
    }
    const taken = sessionSid === null ? null : await this.sessions.take(service, sessionSid, arrival);
    if (taken !== null && !sessionHasEnded(taken)) return taken;
    const isExpired = taken?.kind === 'expired';
    if (isExpired) this.alerts.raise(80904, { ...about, ...(sessionSid !== null && { sessionSid }) });
    return this.outOfSession.take(service, arrival, isExpired);
  }
}
