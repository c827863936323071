import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

type FormParameters = Iterable<readonly [name: string, value: string]>;

/**
 * What `X-Twilio-Signature` says of a form (contract §11.1): the URL as it is called, then every parameter, sorted, with
 * nothing between. Values of one name are sorted too, each counted once.
 */
export function formSignature(token: string, url: string, params: FormParameters): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of params) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  const names = [...values.keys()].sort();
  return sign(token, url + names.map((name) => textOf(name, values.get(name) ?? [])).join(''));
}

function textOf(name: string, values: Iterable<string>): string {
  return [...values]
    .sort()
    .map((value) => name + value)
    .join('');
}

/** A body of JSON is signed by its hash in the query: the URL to call, and its signature. */
export function jsonSignature(token: string, url: string, body: string): { url: string; signature: string } {
  const hash = createHash('sha256').update(body).digest('hex');
  const signed = `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
  return { url: signed, signature: sign(token, signed) };
}

/** A request as it came, with the URL that its sender called. */
export interface SignedForm {
  readonly token: string;
  readonly url: string;
  readonly params: FormParameters;
  readonly signature: string;
}

/** Senders differ in whether a port belongs to the URL that they sign, so both spellings are tried. */
export function hasValidSignature({ token, url, params, signature }: SignedForm): boolean {
  const entries = [...params];
  const presented = Buffer.from(signature);
  return spellingsOf(url)
    .map((spelling) => isEqual(presented, Buffer.from(formSignature(token, spelling, entries))))
    .includes(true);
}

const standardPorts: Readonly<Record<string, string>> = { 'http:': ':80', 'https:': ':443' };

/** Without a port, and with its own or the standard one. Cut from the text, for a parser would tidy up the rest. */
function spellingsOf(url: string): readonly string[] {
  const [, scheme, host, port, rest = ''] =
    /^(https?:)\/\/([^/?#]*?)(:\d+)?(?![^/?#])(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return [url];
  const standard = standardPorts[scheme.toLowerCase()] ?? '';
  return [`${scheme}//${host}${rest}`, `${scheme}//${host}${port ?? standard}${rest}`];
}

function sign(token: string, text: string): string {
  return createHmac('sha1', token).update(text).digest('base64');
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
