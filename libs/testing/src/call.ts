import { request as send, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** Account SID and auth token, or API key SID and secret. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; null when there is none. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

export interface Call {
  readonly login?: Login;
  /** Null leaves out what would be sent otherwise. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** A form, or a body byte for byte. */
  readonly body?: Readonly<Record<string, string>> | string | Buffer;
}

/** HTTP as it is. `fetch` would tidy up the paths and headers whose handling is to be seen. */
export async function call(
  url: string,
  method: string,
  path: string,
  { login, headers, body }: Call = {},
): Promise<Answer> {
  const payload =
    body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
      ? body
      : new URLSearchParams(body).toString();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, { method, path, agent: false }, resolve);
    // After the answer has come this does nothing: a server need not read a body that it will not take.
    request.on('error', reject);
    if (login) request.setHeader('Authorization', `Basic ${btoa(`${login.username}:${login.password}`)}`);
    if (payload !== undefined) {
      request.setHeader('Content-Type', 'application/x-www-form-urlencoded');
      request.setHeader('Content-Length', Buffer.byteLength(payload));
    }
    for (const [name, value] of Object.entries(headers ?? {})) {
      if (value === null) request.removeHeader(name);
      else request.setHeader(name, value);
    }
    request.end(payload);
  });
  const content = await text(answer);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: content,
    // Whatever is not JSON fails the spec here.
    body: content === '' ? null : (JSON.parse(content) as Record<string, unknown>),
  };
}
