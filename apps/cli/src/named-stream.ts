import { readAnySid } from '#domain';
import { findStream, type Queryable, type StreamPlace } from '#event-store';
import { StartError } from '#platform';

/** The stream whose SID was given, in any case; deleted ones too. */
export async function namedStream(db: Queryable, text: string): Promise<StreamPlace> {
  const sid = readAnySid(text);
  if (sid === null) throw new StartError(`${text} is no SID`);
  const stream = await findStream(db, sid);
  if (stream === null) throw new StartError(`there never was a ${sid}`);
  return stream;
}
