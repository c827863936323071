import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { cleanUp } from '#testing';

export interface Received {
  /** With the query. */
  readonly path: string;
  /** As the carrier called it. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
}

type Answer = (received: Received, response: ServerResponse) => unknown;

const empty: Answer = (_, response) => response.end();

/** A server in the place of Maskline's inbound endpoints: it remembers what the carrier sends, and answers as it is told. */
export async function serveWebhooks() {
  const received: Received[] = [];
  const answers = new Map<string, Answer>();
  const server = createServer((request, response) => {
    void take(request).then((one) => {
      received.push(one);
      const [path = ''] = one.path.split('?');
      (answers.get(path) ?? empty)(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  cleanUp(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  async function take(request: IncomingMessage): Promise<Received> {
    const path = request.url ?? '';
    const params = Object.fromEntries(new URLSearchParams(await text(request)));
    return { path, url: url + path, headers: request.headers, params };
  }

  return {
    url,
    received,

    /** What has come to a path, in order. */
    at: (path: string) => received.filter((one) => one.path.split('?')[0] === path),

    /** From now on, at this path. */
    answer(path: string, answer: Answer): void {
      answers.set(path, answer);
    },

    /** The same with TwiML. */
    answerTwiml(path: string, xml: string): void {
      answers.set(path, (_, response) => response.setHeader('Content-Type', 'text/xml').end(xml));
    },
  };
}
