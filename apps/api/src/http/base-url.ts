import type { FastifyRequest } from 'fastify';

/** A host and port as URLs write them; anything else in the Host header is not repeated in answers. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** What the absolute URLs of an answer start with: the configured public URL, else the one the caller used. */
export function baseUrl(request: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl;
  const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
  const host = HOST.test(request.host)
    ? request.host
    : `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
  return `${request.protocol}://${host}`;
}
