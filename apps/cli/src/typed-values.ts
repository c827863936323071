import { StartError } from '#platform';

// What is typed on the command line, as more than one command takes it.

/** Whether it counts something that happened: a position of the log, or a version of a stream. */
export function isNumbered(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** In ISO 8601, so many milliseconds later; null for what is no time. */
export function parseTime(text: string, later = 0): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time + later).toISOString();
}

export function parseCount(option: string, text: string, most: number): number {
  if (/^[1-9]\d*$/.test(text) && Number(text) <= most) return Number(text);
  throw new StartError(`${option} ${text} is no whole number from 1 to ${most}`);
}
