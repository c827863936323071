import type { Decoding } from '#event-store';
import { StartError } from '#platform';
import type { FoldedTable } from './folded-table.js';

/** How the events of a table are read: personal fields are opened only where they are shown, for that takes time and the key. */
export function decodingOf({ name, isPersonal }: FoldedTable, decoding: Decoding): Decoding {
  if (!isPersonal) return { ...decoding, masterKey: null };
  if (decoding.masterKey === null) {
    throw new StartError(`the rows of ${name} tell about people: MASKLINE_MASTER_KEY is needed to read them`);
  }
  return decoding;
}
