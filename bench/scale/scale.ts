import type { CreateSessionHandler, UpdateSessionHandler } from '#application';
import type { SessionQueries } from '#read-model';

/** A service with a number of sessions. */
export interface Filled {
  readonly serviceSid: string;
  readonly sessions: number;
}

/** What the parts of the suite measure on: one database with a service of few sessions and one of very many. */
export interface Scale {
  readonly url: string;
  readonly sessions: SessionQueries;
  readonly create: CreateSessionHandler;
  readonly update: UpdateSessionHandler;
  readonly few: Filled;
  readonly many: Filled;
}
