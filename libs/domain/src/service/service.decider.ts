import { DomainError } from '../shared/domain-error.js';
import type { ServiceEvent, ServiceSettings } from './service.events.js';
import type { LiveService, Service } from './service.state.js';

export type NewService = ServiceSettings & { readonly accountSid: string };

export function createService(service: Service, wish: NewService): ServiceEvent[] {
  if (service.status !== 'absent') throw new Error('a new service needs a fresh sid');
  return [{ type: 'ServiceCreated', data: wish }];
}

/** What is left out stays; setting what is set already changes nothing. */
export function updateService(service: Service, wish: Partial<ServiceSettings>): ServiceEvent[] {
  const before = requireLive(service);
  const changed = Object.entries(wish).filter(
    ([key, value]) => before[key as keyof ServiceSettings] !== value,
  );
  if (changed.length === 0) return [];
  return [{ type: 'ServiceUpdated', data: Object.fromEntries(changed) }];
}

/** Setting what is set already changes nothing. */
export function changeStopWords(service: Service, respected: boolean | null): ServiceEvent[] {
  const before = requireLive(service);
  return before.respectsStopWords === respected ? [] : [{ type: 'StopWordsChanged', data: { respected } }];
}

export function deleteService(service: Service): ServiceEvent[] {
  requireLive(service);
  return [{ type: 'ServiceDeleted', data: {} }];
}

function requireLive(service: Service): LiveService {
  if (service.status !== 'live') throw new DomainError('service-not-found', 'there is no such service');
  return service;
}
