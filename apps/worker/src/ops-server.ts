import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { Readiness, type ReadinessCheck, type ReadinessRemark } from '#platform';

export interface OpsServer {
  close(): Promise<void>;
}

/** What operators ask of a worker that runs by itself: /healthz, /readyz and /metrics, as the API answers them. */
export async function serveOps(
  place: { readonly port: number; readonly host: string },
  metrics: Registry,
  checks: readonly (ReadinessCheck | ReadinessRemark)[],
): Promise<OpsServer> {
  const readiness = new Readiness(checks);
  const logger = new Logger('OpsServer');

  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    switch (path) {
      case '/healthz':
        send(response, 200, { status: 'ok' });
        return;
      case '/readyz': {
        const { code, body } = await readiness.ask();
        send(response, code, body);
        return;
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
        return;
      default:
        send(response, 404, { status: 'not found' });
    }
  };

  const server = createServer((request, response) => {
    answer(request.url?.replace(/\?.*/, '') ?? '', response).catch((error: unknown) => {
      logger.error(error);
      response.destroy();
    });
  });
  server.listen(place.port, place.host);
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
