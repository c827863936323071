import { expect, it } from '@jest/globals';
import { JobFailureLog } from './job-failure-log.js';

function open() {
  const lines: string[] = [];
  const clock = { now: 0 };
  const warn = ({ message, err }: { message: string; err: Error }) =>
    lines.push(`${message}: ${err.message}`);
  const log = new JobFailureLog({ warn }, () => clock.now);
  const fail = (jobId: string, reason: string) => {
    log.failed(jobId, new Error(reason));
  };
  return { lines, clock, fail };
}

it('tells of one job a minute for each reason, and how many failed since', () => {
  const { lines, clock, fail } = open();
  fail('a', 'status 500');
  fail('b', 'status 500');
  fail('c', 'TypeError');
  clock.now = 59_999;
  fail('d', 'status 500');
  expect(lines).toEqual(['job a failed: status 500', 'job c failed: TypeError']);

  clock.now = 60_000;
  fail('e', 'status 500');
  fail('f', 'TypeError');
  expect(lines.slice(2)).toEqual([
    'job e failed, as 2 since this was told of last: status 500',
    'job f failed: TypeError',
  ]);
});

it('forgets reasons rather than keep any number of them', () => {
  const { lines, fail } = open();
  for (let i = 0; i < 1_000; i++) fail(`job-${i}`, `reason ${i}`);
  fail('again', 'reason 999');
  expect(lines).toHaveLength(1_000);
  fail('again', 'reason 0');
  expect(lines).toHaveLength(1_001);
});
