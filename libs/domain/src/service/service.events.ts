export type GeoMatchLevel = 'area-code' | 'extended-area-code' | 'overlay' | 'radius' | 'country';
export type NumberSelectionBehavior = 'avoid-sticky' | 'prefer-sticky';

/** What a caller can set on a service. */
export interface ServiceSettings {
  readonly uniqueName: string;
  /** Seconds, given to each new session that names no ttl of its own; 0 is no limit. */
  readonly defaultTtl: number;
  readonly callbackUrl: string | null;
  readonly interceptCallbackUrl: string | null;
  readonly outOfSessionCallbackUrl: string | null;
  readonly geoMatchLevel: GeoMatchLevel;
  readonly numberSelectionBehavior: NumberSelectionBehavior;
  readonly chatInstanceSid: string | null;
}

export interface ServiceCreated {
  readonly type: 'ServiceCreated';
  readonly data: ServiceSettings & { readonly accountSid: string };
}

/** Holds only the settings that changed. */
export interface ServiceUpdated {
  readonly type: 'ServiceUpdated';
  readonly data: Partial<ServiceSettings>;
}

/** Whether opt-out words are kept from the partner; null for what the operator's setting says. */
export interface StopWordsChanged {
  readonly type: 'StopWordsChanged';
  readonly data: { readonly respected: boolean | null };
}

/** From here nothing below the service can be reached; the cascade deletes it piece by piece. */
export interface ServiceDeleted {
  readonly type: 'ServiceDeleted';
  readonly data: Record<string, never>;
}

export type ServiceEvent = ServiceCreated | ServiceUpdated | StopWordsChanged | ServiceDeleted;
