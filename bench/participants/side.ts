/** A service with a pool and a past, on which sessions are created and participants added. */
export interface Side {
  /** Answers the SID of the session. */
  create(): Promise<string>;
  add(sessionSid: string, identifier: string): Promise<void>;
  stop(): Promise<void>;
}
