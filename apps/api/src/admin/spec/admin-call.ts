import { call, type Answer, type Login } from '#testing';

/** A call of the admin API, whose bodies are JSON. */
export function adminCall(
  url: string,
  login: Login | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  return call(url, method, `/admin/v1/${path}`, {
    ...(login !== undefined && { login }),
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
}
