import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { cleanUp } from '#testing';
import { violationsOf } from './twilio-document.js';

export const credentials = { accountSid: `AC${'c'.repeat(32)}`, authToken: 'carrier-token-1234567890' };

const ROOT = `/2010-04-01/Accounts/${credentials.accountSid}`;

export interface Asked {
  readonly method: string;
  /** Below the account. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
}

type Answer = (asked: Asked, response: ServerResponse) => unknown;

/** The least that a resource of Twilio's shows. */
type Shown = Readonly<Record<string, unknown>>;

/**
 * Twilio's API as far as the carrier uses it, which holds every request against Twilio's own description of it. The numbers,
 * codes and messages that it has are the spec's to set.
 */
export async function serveTwilio() {
  const asked: Asked[] = [];
  const violations: string[] = [];
  const numbers: Shown[] = [];
  const codes: Shown[] = [];
  const messages: Shown[] = [];
  let special: Answer | null = null;

  const server = createServer((request, response) => {
    void take(request).then((one) => {
      if (request.headers.authorization !== basic()) {
        refuse(response, 401, 20003);
        return;
      }
      if (special !== null) special(one, response);
      else answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this kind.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cleanUp(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  async function take(request: IncomingMessage): Promise<Asked> {
    const { pathname, searchParams: query } = new URL(request.url ?? '', url);
    const method = request.method ?? '';
    const form = new URLSearchParams(await text(request));
    violations.push(...violationsOf({ method, path: pathname, query, form }));
    const one = { method, path: pathname.replace(ROOT, ''), query, form };
    asked.push(one);
    return one;
  }

  function answer({ method, path, query, form }: Asked, response: ServerResponse): void {
    if (path === '/Messages.json' && method === 'POST') {
      reply(response, 201, newMessage(form));
    } else if (path === '/Messages.json') {
      const found = messages.filter(({ from, to }) => from === query.get('From') && to === query.get('To'));
      reply(response, 200, page('messages', found.slice(0, Number(query.get('PageSize')))));
    } else if (path === '/IncomingPhoneNumbers.json') {
      const wanted = query.get('PhoneNumber') ?? '';
      const found = numbers.filter(({ phone_number }) => String(phone_number).includes(wanted));
      reply(response, 200, page('incoming_phone_numbers', found));
    } else if (path === '/SMS/ShortCodes.json') {
      const found = codes.filter(({ short_code }) => short_code === query.get('ShortCode'));
      reply(response, 200, page('short_codes', found));
    } else {
      one(path, method, form, response);
    }
  }

  function one(path: string, method: string, form: URLSearchParams, response: ServerResponse): void {
    const sid = /\/([A-Z]{2}[0-9a-f]{32})\.json$/.exec(path)?.[1];
    const list = path.startsWith('/SMS/') ? codes : numbers;
    const i = list.findIndex((item) => item['sid'] === sid);
    if (i < 0) {
      refuse(response, 404, 20404);
      return;
    }
    if (method === 'POST') {
      const changes = [...form].map(([name, value]) => [snake(name), value] as const);
      list[i] = { ...list[i], ...Object.fromEntries(changes) };
    }
    reply(response, 200, list[i] ?? {});
  }

  function newMessage(form: URLSearchParams): Shown {
    const sid = `SM${String(messages.length).padStart(32, '0')}`;
    const message = {
      sid,
      from: form.get('From'),
      to: form.get('To'),
      body: form.get('Body') ?? '',
      status: 'queued',
      uri: `${ROOT}/Messages/${sid}.json`,
      date_created: new Date().toUTCString(),
    };
    messages.unshift(message);
    return message;
  }

  return {
    url,
    asked,
    violations,
    numbers,
    codes,
    messages,

    /** From now on, whatever is asked; null for as usual. */
    answerAll(instead: Answer | null): void {
      special = instead;
    },
  };
}

function basic(): string {
  return `Basic ${btoa(`${credentials.accountSid}:${credentials.authToken}`)}`;
}

function snake(name: string): string {
  return name.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase();
}

function page(key: string, items: readonly Shown[]): Shown {
  return { [key]: items, page: 0, page_size: 50, next_page_uri: null, uri: '' };
}

function reply(response: ServerResponse, status: number, body: Shown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** With a message that quotes what it is about, as Twilio's do. */
export function refuse(response: ServerResponse, status: number, code: number, headers = {}): void {
  const body = { code, message: `'+12025550101' is wrong`, more_info: 'https://www.twilio.com', status };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
