import type { FastifyRequest } from 'fastify';

/** A host and port as URLs write them; anything else that a caller names is not repeated in answers. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;
const MAX_REMEMBERED = 16;

/** What the absolute URLs of an answer start with: the configured public URL, else the one the caller used. */
export function baseUrls(publicUrl: string | undefined): (request: FastifyRequest) => string {
  if (publicUrl !== undefined) return () => publicUrl;
  // Every request asks, and nearly all callers use the same few hosts: only a new one costs a parse.
  const verdicts = new Map<string, boolean>();
  return (request) => {
    const { host } = request;
    // A proxy may forward any text.
    const protocol = request.protocol === 'https' ? 'https' : 'http';
    const named = `${protocol}://${host}`;
    let isUsable = verdicts.get(named);
    if (isUsable === undefined) {
      // The pattern lets through what no parser takes, such as 1.2.3.999.
      isUsable = HOST.test(host) && URL.canParse(named);
      if (verdicts.size === MAX_REMEMBERED) verdicts.clear();
      verdicts.set(named, isUsable);
    }
    return isUsable ? named : `${protocol}://${ownHost(request)}`;
  };
}

function ownHost({ socket: { localAddress = '127.0.0.1', localPort = 80 } }: FastifyRequest): string {
  return `${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}
