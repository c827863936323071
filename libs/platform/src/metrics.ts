import { collectDefaultMetrics, Registry } from 'prom-client';

/** The metrics of this process, those of Node itself already in it. */
export function openMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
