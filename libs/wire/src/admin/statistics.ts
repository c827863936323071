import { z } from 'zod';
import type { AccountHour } from '#read-model';
import { wireDate } from '../date-time.js';
import { answer, dateOf } from '../resource-schema.js';
import { time } from './parameters.js';

const HOUR = 3_600_000;
/** What one answer covers at most. */
const MAX_HOURS = 24 * 31;

/** Without dates the last day. */
export const statisticsQuery = (now: () => number) =>
  z
    .object({ StartDate: time('The first hour.'), EndDate: time('The end, exclusive; now when not given.') })
    .transform(({ StartDate, EndDate }, context) => {
      const to = EndDate ?? new Date(Math.floor(now() / HOUR) * HOUR + HOUR).toISOString();
      const from = StartDate ?? new Date(Date.parse(to) - 24 * HOUR).toISOString();
      if (Date.parse(to) - Date.parse(from) <= MAX_HOURS * HOUR) return { from, to };
      context.addIssue({
        code: 'custom',
        path: ['StartDate'],
        message: `It must be at most ${MAX_HOURS} hours before the end.`,
      });
      return z.NEVER;
    });
export type StatisticsQuery = z.output<ReturnType<typeof statisticsQuery>>;

const hourSchema = answer('StatisticsHour', {
  hour: dateOf('Its beginning.'),
  sessions_created: z.int(),
  sessions_closed: z.int(),
  sessions_expired: z.int(),
  messages: z.int(),
  calls: z.int(),
});

export const statisticsSchema = answer('Statistics', {
  start_date: dateOf('The first hour.'),
  end_date: dateOf('The end, exclusive.'),
  hours: z.array(hourSchema).meta({ description: 'Those in which something happened, oldest first.' }),
});

export function statisticsResource(
  { from, to }: StatisticsQuery,
  hours: readonly AccountHour[],
): z.infer<typeof statisticsSchema> {
  return {
    start_date: wireDate(from),
    end_date: wireDate(to),
    hours: hours.map(({ hour, sessions_created, sessions_closed, sessions_expired, messages, calls }) => ({
      hour: wireDate(hour),
      sessions_created,
      sessions_closed,
      sessions_expired,
      messages,
      calls,
    })),
  };
}
