import { describe, expect, it } from '@jest/globals';
import type { ServiceEvent, ServiceSettings } from '#domain';
import { anyProjector } from '#event-store';
import { serviceProjector } from './service.projector.js';

const created = '2026-01-01T00:00:00.000Z';
const later = '2026-01-01T00:10:00.000Z';

const settings: ServiceSettings = {
  uniqueName: 'rides',
  defaultTtl: 60,
  callbackUrl: 'https://example.com/callback',
  interceptCallbackUrl: 'https://example.com/intercept',
  outOfSessionCallbackUrl: 'https://example.com/out',
  geoMatchLevel: 'area-code',
  numberSelectionBehavior: 'avoid-sticky',
  chatInstanceSid: 'IS1',
};
const creation: ServiceEvent = { type: 'ServiceCreated', data: { ...settings, accountSid: 'AC1' } };

const row = {
  sid: 'KS1',
  account_sid: 'AC1',
  unique_name: 'rides',
  default_ttl: 60,
  callback_url: 'https://example.com/callback',
  intercept_callback_url: 'https://example.com/intercept',
  out_of_session_callback_url: 'https://example.com/out',
  geo_match_level: 'area-code',
  number_selection_behavior: 'avoid-sticky',
  chat_instance_sid: 'IS1',
  respects_stop_words: null,
  version: 1,
  date_created: created,
  date_updated: created,
};

const projector = anyProjector(serviceProjector);

function rowAfter(...events: [at: string, event: ServiceEvent][]): object | null {
  return events.reduce<object | null>(
    (before, [occurredAt, event], i) =>
      projector.apply(before, { streamId: 'KS1', version: i + 1, occurredAt, event }),
    null,
  );
}

describe('the row of a service', () => {
  it('is as it was created', () => {
    expect(rowAfter([created, creation])).toEqual(row);
  });

  it('was not updated before its creation, though the clock was set back meanwhile', () => {
    const updated: ServiceEvent = { type: 'ServiceUpdated', data: { defaultTtl: 90 } };
    expect(rowAfter([later, creation], [created, updated])).toMatchObject({ date_updated: later });
  });

  it('changes what an update names, null included, and keeps the rest', () => {
    const updated: ServiceEvent = {
      type: 'ServiceUpdated',
      data: { uniqueName: 'trips', callbackUrl: null },
    };
    expect(rowAfter([created, creation], [later, updated])).toEqual({
      ...row,
      unique_name: 'trips',
      callback_url: null,
      version: 2,
      date_updated: later,
    });
  });

  it('says of opt-out words what was said last', () => {
    const changed = (respected: boolean | null): ServiceEvent => ({
      type: 'StopWordsChanged',
      data: { respected },
    });
    expect(rowAfter([created, creation], [later, changed(false)])).toEqual({
      ...row,
      respects_stop_words: false,
      version: 2,
      date_updated: later,
    });
    expect(rowAfter([created, creation], [later, changed(false)], [later, changed(null)])).toMatchObject({
      respects_stop_words: null,
    });
  });

  it('is gone when the service is deleted, and no later event brings it back', () => {
    const deleted: ServiceEvent = { type: 'ServiceDeleted', data: {} };
    const updated: ServiceEvent = { type: 'ServiceUpdated', data: { uniqueName: 'trips' } };
    expect(rowAfter([created, creation], [later, deleted])).toBeNull();
    expect(rowAfter([created, creation], [later, deleted], [later, updated])).toBeNull();
  });
});
