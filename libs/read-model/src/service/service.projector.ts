import type { ServiceEvent, ServiceSettings } from '#domain';
import type { Projector } from '#event-store';
import { latest } from '../latest.js';
import type { ServiceRow } from '../tables.js';

/** The service as the REST API shows it. */
export const serviceProjector: Projector<ServiceEvent, ServiceRow> = {
  table: 'service',
  times: ['date_created', 'date_updated'],
  on: {
    ServiceCreated: (_, { streamId, version, occurredAt, event: { data } }) => ({
      sid: streamId,
      account_sid: data.accountSid,
      ...columnsOf(data),
      respects_stop_words: null,
      version,
      date_created: occurredAt,
      date_updated: occurredAt,
    }),
    ServiceUpdated: (row, { version, occurredAt, event: { data } }) =>
      row && {
        ...row,
        ...columnsOf({ ...settingsOf(row), ...data }),
        version,
        date_updated: latest(row.date_updated, occurredAt),
      },
    StopWordsChanged: (row, { version, occurredAt, event: { data } }) =>
      row && {
        ...row,
        respects_stop_words: data.respected,
        version,
        date_updated: latest(row.date_updated, occurredAt),
      },
    ServiceDeleted: () => null,
  },
};

type SettingColumns = Omit<
  ServiceRow,
  'sid' | 'account_sid' | 'respects_stop_words' | 'version' | 'date_created' | 'date_updated'
>;

function columnsOf(data: ServiceSettings): SettingColumns {
  return {
    unique_name: data.uniqueName,
    default_ttl: data.defaultTtl,
    callback_url: data.callbackUrl,
    intercept_callback_url: data.interceptCallbackUrl,
    out_of_session_callback_url: data.outOfSessionCallbackUrl,
    geo_match_level: data.geoMatchLevel,
    number_selection_behavior: data.numberSelectionBehavior,
    chat_instance_sid: data.chatInstanceSid,
  };
}

function settingsOf(row: SettingColumns): ServiceSettings {
  return {
    uniqueName: row.unique_name,
    defaultTtl: row.default_ttl,
    callbackUrl: row.callback_url,
    interceptCallbackUrl: row.intercept_callback_url,
    outOfSessionCallbackUrl: row.out_of_session_callback_url,
    geoMatchLevel: row.geo_match_level,
    numberSelectionBehavior: row.number_selection_behavior,
    chatInstanceSid: row.chat_instance_sid,
  };
}
