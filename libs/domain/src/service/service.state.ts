import { DomainError } from '../shared/domain-error.js';
import { heldElsewhere } from '../shared/legal-hold.js';
import type { Stream } from '../shared/stream.js';
import type { ServiceEvent, ServiceSettings } from './service.events.js';

export type LiveService = ServiceSettings & {
  readonly status: 'live';
  /** Whether opt-out words are kept from the partner; null for what the operator's setting says. */
  readonly respectsStopWords: boolean | null;
};

export type Service = { readonly status: 'absent' } | LiveService | { readonly status: 'deleted' };

function evolve(service: Service, event: ServiceEvent): Service {
  switch (event.type) {
    case 'ServiceCreated': {
      const { accountSid: _, ...settings } = event.data;
      return { ...settings, status: 'live', respectsStopWords: null };
    }
    case 'ServiceUpdated':
      return service.status === 'live' ? { ...service, ...event.data } : service;
    case 'StopWordsChanged':
      return service.status === 'live' ? { ...service, respectsStopWords: event.data.respected } : service;
    case 'ServiceDeleted':
      return { status: 'deleted' };
  }
}

export const serviceStream: Stream<Service, ServiceEvent> = {
  category: 'service',
  prefix: 'KS',
  stateSchema: 2,
  initial: { status: 'absent' },
  deleted: { status: 'deleted' },
  evolve,
  claims: (service) => (service.status === 'live' ? [{ kind: 'service-name', key: service.uniqueName }] : []),
  refusal: (_, claim, between) =>
    claim === 'service-name'
      ? new DomainError('service-name-taken', 'Service UniqueName must be unique.')
      : heldElsewhere(claim, between),
};
