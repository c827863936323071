import { readSid } from '#domain';
import { findStream, type Queryable, type StreamPlace } from '#event-store';
import { StartError } from '#platform';

export function accountSid(text: string): string {
  const sid = readSid('AC', text);
  if (sid === null) throw new StartError(`${text} is no account SID`);
  return sid;
}

/** The stream of the account whose SID was given. */
export async function accountStreamOf(db: Queryable, text: string): Promise<StreamPlace> {
  const stream = await findStream(db, accountSid(text));
  if (stream === null) throw new StartError('there is no such account');
  return stream;
}
