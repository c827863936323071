import type { RequestClient } from 'twilio';
import { twilioOpenApi, violations } from '#testing';

/** What an SDK asked and was answered. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Has an SDK speak through this client, which it makes itself, and keeps what is said. */
export function recordExchanges(http: RequestClient, exchanges: Exchange[]): RequestClient {
  const send = http.request.bind(http);
  http.request = async (options) => {
    const answer = await send(options);
    const body: unknown = answer.body;
    exchanges.push({
      method: options.method,
      path: new URL(options.uri).pathname,
      status: answer.statusCode,
      body: typeof body === 'string' && body !== '' ? JSON.parse(body) : body,
    });
    return answer;
  };
  return http;
}

/** Where the contract knowingly departs from Twilio's file. */
const departures = [
  // Live answers had these; the file has only the four that sum them up.
  /\.capabilities\.(?:\w+_(?:inbound|outbound|domestic)|sip_trunking): unknown$/,
  // The file forgets to say of these two that they may be null, as its own text says.
  /(?:in|out)bound_resource_status: null$/,
];
/** SDKs of before June 2024 know only these; newer ones take them as well (contract §1.2). */
const ownStatus: Readonly<Record<string, string>> = {
  'delete participant': '204',
  'post message interaction': '201',
};

/** The operation of Twilio's file that an exchange is of, e.g. `GET /v1/Services`; null for one that it no longer has. */
export function operationOf({ method, path }: Exchange): string | null {
  const template = Object.keys(twilioOpenApi.paths).find((known) =>
    new RegExp(`^${known.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return template === undefined ? null : `${method.toUpperCase()} ${template}`;
}

/** Every way in which an answer is not what Twilio's file says of it. */
export function departuresOf(exchange: Exchange): string[] {
  const operation = operationOf(exchange);
  if (operation === null) return [];
  const [method = '', template = ''] = operation.toLowerCase().split(' ');
  const described = Object.entries(twilioOpenApi.paths).find(
    ([path]) => path.toLowerCase() === template,
  )?.[1];
  const responses = described?.[method]?.responses ?? {};
  const [documented = ''] = Object.keys(responses);
  const kind = template.includes('/messageinteractions')
    ? 'message interaction'
    : template.endsWith('/participants/{sid}')
      ? 'participant'
      : '';
  const expected = ownStatus[`${method} ${kind}`] ?? documented;
  if (String(exchange.status) !== expected) return [`${operation}: ${exchange.status}`];
  const schema = responses[documented]?.content?.['application/json']?.schema;
  if (schema === undefined || expected === '204') return [];
  return violations(exchange.body, schema, operation).filter(
    (violation) => !departures.some((known) => known.test(violation)),
  );
}

/** Every operation that Twilio's file has. */
export function allOperations(): string[] {
  return Object.entries(twilioOpenApi.paths).flatMap(([path, item]) =>
    ['get', 'post', 'delete']
      .filter((method) => item[method] !== undefined)
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}
