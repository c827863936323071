import { Counter, Histogram, type Registry } from 'prom-client';
import type { ExpiryObserver } from './timers/expiry-drain.js';

/** Measures how sessions end: when the sweeper's share grows, timers get lost although nothing looks wrong from outside. */
export function observeExpiry(metrics: Registry): ExpiryObserver {
  const registers = [metrics];
  const expired = new Counter({
    name: 'maskline_expired_sessions_total',
    help: 'Sessions ended by their deadline: by the timer of their bucket, or rescued by the sweeper.',
    labelNames: ['by'],
    registers,
  });
  const lateness = new Histogram({
    name: 'maskline_expiry_lateness_seconds',
    help: 'From the deadline of a session to the commit of its end.',
    buckets: [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 60],
    registers,
  });
  return {
    expired: (by, lateSeconds) => {
      expired.inc({ by });
      lateness.observe(lateSeconds);
    },
  };
}
