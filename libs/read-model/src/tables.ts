import type { CloseReason, GeoMatchLevel, NumberSelectionBehavior, SessionMode } from '#domain';

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

/** The tables as the query builder knows them. */
export interface ReadModelTables {
  readonly 'maskline.service': ServiceRow & { readonly partition: number };
  readonly 'maskline.session': SessionRow & { readonly partition: number };
}
