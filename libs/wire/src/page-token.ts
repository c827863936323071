import type { PageCursor } from '#read-model';
import { readDateTime } from './date-time.js';

const CONTENT = /^([AB])(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)([A-Z]{2}[0-9a-f]{32})$/;

/** The place in a list that a page starts from, opaque to the caller. */
export function writePageToken({ direction, dateCreated, sid }: PageCursor): string {
  const content = `${direction === 'after' ? 'A' : 'B'}${dateCreated}${sid}`;
  return `PT${Buffer.from(content, 'latin1').toString('base64url')}`;
}

/** Null when it is none of ours. */
export function readPageToken(token: string): PageCursor | null {
  if (!token.startsWith('PT')) return null;
  const match = CONTENT.exec(Buffer.from(token.slice(2), 'base64url').toString('latin1'));
  const [, side, dateCreated, sid] = match ?? [];
  if (dateCreated === undefined || sid === undefined || readDateTime(dateCreated) === null) return null;
  return { direction: side === 'A' ? 'after' : 'before', dateCreated, sid };
}
