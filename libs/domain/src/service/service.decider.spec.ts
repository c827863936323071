import { describe, expect, it } from '@jest/globals';
import { scenario } from '#testing';
import {
  changeStopWords,
  createService,
  deleteService,
  updateService,
  type NewService,
} from './service.decider.js';
import type { ServiceEvent } from './service.events.js';
import { serviceStream, type Service } from './service.state.js';

const { given } = scenario(serviceStream);

const wish: NewService = {
  accountSid: 'AC1',
  uniqueName: 'rides',
  defaultTtl: 0,
  callbackUrl: null,
  interceptCallbackUrl: null,
  outOfSessionCallbackUrl: null,
  geoMatchLevel: 'country',
  numberSelectionBehavior: 'prefer-sticky',
  chatInstanceSid: null,
};
const created: ServiceEvent = { type: 'ServiceCreated', data: wish };
const deleted: ServiceEvent = { type: 'ServiceDeleted', data: {} };
const { accountSid: _, ...settings } = wish;

describe('createService', () => {
  it('starts a service with all of its settings', () => {
    given()
      .when((service) => createService(service, wish))
      .then(created);
    given(created).thenState({ ...settings, status: 'live', respectsStopWords: null });
  });

  it('needs a fresh sid', () => {
    const again = () => createService({ ...settings, status: 'live', respectsStopWords: null }, wish);
    expect(again).toThrow('a new service needs a fresh sid');
  });
});

describe('changeStopWords', () => {
  const changed: ServiceEvent = { type: 'StopWordsChanged', data: { respected: false } };

  it('says it once', () => {
    given(created)
      .when((service) => changeStopWords(service, false))
      .then(changed);
    given(created, changed)
      .when((service) => changeStopWords(service, false))
      .then();
    given(created, changed).thenState({ ...settings, status: 'live', respectsStopWords: false });
  });

  it('goes back to the setting of the installation', () => {
    given(created, changed)
      .when((service) => changeStopWords(service, null))
      .then({ type: 'StopWordsChanged', data: { respected: null } });
  });

  it('needs a service', () => {
    given(created, deleted)
      .when((service) => changeStopWords(service, true))
      .thenRefused('service-not-found');
  });
});

describe('updateService', () => {
  it('says what changed and nothing else', () => {
    given(created)
      .when((service) => updateService(service, { uniqueName: 'rides', defaultTtl: 60 }))
      .then({ type: 'ServiceUpdated', data: { defaultTtl: 60 } });
  });

  it('clears a setting', () => {
    const called: ServiceEvent = { type: 'ServiceUpdated', data: { callbackUrl: 'https://a.example/' } };
    given(created, called)
      .when((service) => updateService(service, { callbackUrl: null }))
      .then({ type: 'ServiceUpdated', data: { callbackUrl: null } });
  });

  it('does nothing when everything is so already', () => {
    given(created)
      .when((service) => updateService(service, settings))
      .thenNothing();
    given(created)
      .when((service) => updateService(service, {}))
      .thenNothing();
  });

  it('keeps what an update leaves out', () => {
    given(created, { type: 'ServiceUpdated', data: { defaultTtl: 60 } }).thenState({
      ...settings,
      defaultTtl: 60,
      status: 'live',
      respectsStopWords: null,
    });
  });

  it.each([{ past: [] }, { past: [created, deleted] }])(
    'refuses a service that is not there (%#)',
    ({ past }) => {
      given(...past)
        .when((service) => updateService(service, { defaultTtl: 60 }))
        .thenRefused('service-not-found');
    },
  );
});

describe('deleteService', () => {
  it('ends the service', () => {
    given(created).when(deleteService).then(deleted);
    given(created, deleted).thenState({ status: 'deleted' });
  });

  it('refuses a service that is not there', () => {
    given().when(deleteService).thenRefused('service-not-found');
    given(created, deleted).when(deleteService).thenRefused('service-not-found');
  });
});

const between = { id: 'KS1', holder: 'KS2' };

describe('the name of a service', () => {
  const claimsOf = (service: Service) => serviceStream.claims?.(service, 'KS1');

  it('is held while the service lives', () => {
    expect(claimsOf({ ...settings, status: 'live', respectsStopWords: null })).toEqual([
      { kind: 'service-name', key: 'rides' },
    ]);
    expect(claimsOf({ status: 'absent' })).toEqual([]);
    expect(claimsOf({ status: 'deleted' })).toEqual([]);
  });

  it('is refused in the words of the model', () => {
    expect(serviceStream.refusal?.('taken', 'service-name', between)).toMatchObject({
      code: 'service-name-taken',
    });
    expect(serviceStream.refusal?.('taken', 'another-name', between)).toBeNull();
  });
});
