import autocannon from 'autocannon';

/** What to send: the requests in turn over every connection, the next when the last is answered. */
export interface Load {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly requests: readonly { readonly path: string; readonly authorization: string }[];
  readonly body: string | null;
  readonly connections: number;
  readonly seconds: number;
}

export interface Answered {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export type LoadAnswer = { readonly answered: readonly Answered[] } | { readonly failure: string };

/** The client, in a process of its own that stays the same for all servers. */
process.on('message', (loads: readonly Load[]) => {
  Promise.all(loads.map(send)).then(
    (answered) => process.send?.({ answered } satisfies LoadAnswer),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies LoadAnswer),
  );
});
process.once('disconnect', () => process.exit());

async function send({ url, method, requests, body, connections, seconds }: Load): Promise<Answered> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.map(({ path, authorization }) => ({
      method,
      path,
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      ...(body === null ? {} : { body }),
    })),
  });
  const { errors, timeouts, non2xx, latency, statusCodeStats } = result;
  if (errors + timeouts + non2xx > 0) {
    const statuses = Object.keys(statusCodeStats).join(', ');
    throw new Error(`${errors} errors, ${timeouts} time-outs, ${non2xx} refusals (statuses: ${statuses})`);
  }
  return { requests: result['2xx'], seconds: result.duration, p50: latency.p50, p99: latency.p99 };
}
