import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { cleanUp } from './clean-up.js';

/** A request as it came over the wire. */
export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly calls: readonly ReceivedCall[];
  /** The most connections that were open at one time. */
  readonly mostConnections: number;
  /** All connections that were ever made. */
  readonly allConnections: number;
}

/** A server such as our users run, on this machine until the spec file ends. It keeps what it is sent; the spec answers. */
export async function webhookReceiver(
  answer: (response: ServerResponse, call: ReceivedCall) => void,
  host = '127.0.0.1',
): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request;
    void text(request).then((body) => {
      const call = { method, path, headers, body };
      calls.push(call);
      answer(response, call);
    });
  });
  let open = 0;
  let mostConnections = 0;
  let allConnections = 0;
  server.on('connection', (socket) => {
    open++;
    allConnections++;
    mostConnections = Math.max(mostConnections, open);
    socket.on('close', () => open--);
  });
  await once(server.listen(0, host), 'listening');
  cleanUp(() => {
    server.close();
    server.closeAllConnections();
  });
  // A server that listens on an address has one.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    calls,
    get mostConnections() {
      return mostConnections;
    },
    get allConnections() {
      return allConnections;
    },
  };
}
