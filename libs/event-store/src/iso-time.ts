/** A time as PostgreSQL's JSON writes it: `2026-01-02T03:04:05.1+00:00` and its like to `2026-01-02T03:04:05.100Z`. */
export function isoTime(time: string): string {
  return time.length === 24 && time.endsWith('Z') ? time : new Date(time).toISOString();
}
