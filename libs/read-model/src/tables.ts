import type {
  Capabilities,
  CloseReason,
  GeoMatchLevel,
  InteractionType,
  LegStatus,
  NumberSelectionBehavior,
  SessionMode,
} from '#domain';

// Rows as REST shows them: snake_case in PostgreSQL, here and on the wire. Every time is an ISO 8601 string
// in UTC with milliseconds (`platform/database` reads timestamptz that way), bigint is a number.

export interface ServiceRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly unique_name: string;
  readonly default_ttl: number;
  readonly callback_url: string | null;
  readonly intercept_callback_url: string | null;
  readonly out_of_session_callback_url: string | null;
  readonly geo_match_level: GeoMatchLevel;
  readonly number_selection_behavior: NumberSelectionBehavior;
  readonly chat_instance_sid: string | null;
  /** Null for what the operator's setting says. */
  readonly respects_stop_words: boolean | null;
  readonly version: number;
  readonly date_created: string;
  readonly date_updated: string;
}

export interface SessionRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string;
  readonly unique_name: string | null;
  readonly status: 'open' | 'in-progress' | 'closed';
  readonly closed_reason: CloseReason | null;
  readonly mode: SessionMode;
  readonly ttl: number;
  readonly date_started: string | null;
  readonly date_ended: string | null;
  readonly date_last_interaction: string | null;
  readonly date_expiry: string | null;
  readonly date_reopened: string | null;
  /** When the session ends by itself: null when never, and once it is closed. */
  readonly expires_at: string | null;
  readonly version: number;
  readonly date_created: string;
  readonly date_updated: string;
}

export interface PhoneNumberRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string;
  readonly phone_number: string;
  readonly friendly_name: string;
  readonly iso_country: string;
  readonly capabilities: Capabilities;
  readonly is_reserved: boolean;
  readonly version: number;
  readonly date_created: string;
  readonly date_updated: string;
}

export type ShortCodeRow = Omit<PhoneNumberRow, 'phone_number' | 'friendly_name'> & {
  readonly short_code: string;
};

export interface ParticipantRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string;
  readonly session_sid: string;
  /** Null only in a row that was made again after the key of its session was lost. */
  readonly identifier: string | null;
  readonly friendly_name: string | null;
  readonly proxy_identifier: string;
  readonly proxy_identifier_sid: string;
  /** Set when it was removed: it is shown as long as the session is there. */
  readonly date_deleted: string | null;
  readonly date_created: string;
  readonly date_updated: string;
}

export interface InteractionRow {
  readonly sid: string;
  readonly account_sid: string;
  readonly service_sid: string;
  readonly session_sid: string;
  readonly type: InteractionType;
  /** JSON as Twilio writes it: `{"body":"…"}` or `{"duration":"5"}`. */
  readonly data: string | null;
  readonly media_urls: readonly string[];
  readonly inbound_participant_sid: string | null;
  readonly inbound_resource_sid: string | null;
  readonly inbound_resource_status: LegStatus | null;
  readonly inbound_resource_type: 'Message' | 'Call' | null;
  readonly inbound_resource_url: string | null;
  readonly outbound_participant_sid: string | null;
  readonly outbound_resource_sid: string | null;
  readonly outbound_resource_status: LegStatus | null;
  readonly outbound_resource_type: 'Message' | 'Call' | null;
  readonly outbound_resource_url: string | null;
  /** How often the carrier was asked to carry it on. */
  readonly attempts: number;
  /** A message that the carrier does not have yet and that nothing stands in the way of. */
  readonly is_pending: boolean;
  readonly date_created: string;
  readonly date_updated: string;
}

/** A number or short code of a pool, as number selection sees it. Not folded: it is counted as sessions come and go. */
export interface NumberUseRow {
  readonly service_sid: string;
  readonly number: string;
  readonly sid: string;
  readonly account_sid: string;
  readonly iso_country: string;
  /** Of a North American number. */
  readonly area_code: string | null;
  readonly is_reserved: boolean;
  readonly can_call: boolean;
  readonly can_text: boolean;
  /** How many active sessions use it; overdue ones that nobody has ended yet are among them. */
  readonly sessions: number;
  readonly added_at: string;
}

/** The tables as the query builder knows them. */
export interface ReadModelTables {
  readonly 'maskline.service': ServiceRow & { readonly partition: number };
  readonly 'maskline.session': SessionRow & { readonly partition: number };
  readonly 'maskline.phone_number': PhoneNumberRow & { readonly partition: number };
  readonly 'maskline.short_code': ShortCodeRow & { readonly partition: number };
  readonly 'maskline.participant': ParticipantRow & { readonly partition: number };
  readonly 'maskline.interaction': InteractionRow & { readonly partition: number };
  readonly 'maskline.number_use': NumberUseRow & { readonly partition: number };
}
