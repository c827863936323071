import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

type Observe = (seconds: number) => void;

/**
 * Counts and times every request by its route, and logs one line each, reads only at debug level.
 * By the route's template, never the path: names in it may be personal, and each would be a series of its own.
 */
export function observeRequests(server: FastifyInstance, metrics: Registry): void {
  const logger = new Logger('HTTP');
  const durations = new Histogram({
    name: 'maskline_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  // prom-client hashes the labels on every call; there are few enough combinations to remember their children.
  const observers = new Map<string, Observe>();
  const observer = (method: string, route: string, status: number): Observe => {
    const key = `${method} ${route} ${status}`;
    let observe = observers.get(key);
    if (observe === undefined) {
      const child = durations.labels(method, route, String(status));
      observe = (seconds) => {
        child.observe(seconds);
      };
      observers.set(key, observe);
    }
    return observe;
  };

  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const milliseconds = reply.elapsedTime;
    observer(method, route, reply.statusCode)(milliseconds / 1000);
    const line = {
      requestId: request.id,
      method,
      route,
      status: reply.statusCode,
      ms: Math.round(milliseconds),
    };
    if (method === 'GET' && reply.statusCode < 400) logger.debug(line);
    else logger.log(line);
    done();
  });
}
