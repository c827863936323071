import { decodeForm, readIdentifier } from '#wire';
import type { Endpoint } from './endpoints.js';
import { pick, type Plan } from './plan.js';
import { SELF } from './values.js';
import { MARK, onTheWayTo, type Resource, type Tenant } from './world.js';

/** A request as it goes out, and what is known of it beforehand. */
export interface Request {
  readonly bytes: Buffer;
  readonly method: string;
  readonly tenant: Tenant;
  readonly hasRightLogin: boolean;
  /** Where it goes to for certain; null when its method or path were made up. */
  readonly endpoint: Endpoint | null;
  readonly target: Plan['target'];
  /** What the path names, as far as it is the sender's own and is there. */
  readonly resource: Resource | null;
  /** Its head has something that may be refused before anything else is looked at. */
  readonly isOdd: boolean;
  /** What the form asks for, by the schema that the service reads it with. */
  readonly wish: Wish;
  readonly hasKey: boolean;
}

export type Wish =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'read'; readonly value: Readonly<Record<string, unknown>> };

/** Node takes 16 KiB, a little more or less by how they come. */
const LARGEST_HEAD = 15_000;
const LARGEST_BODY = 1_048_576;

const FORM_TYPE = /^application\/x-www-form-urlencoded(?:; charset=utf-8)?$/;

export function requestOf(plan: Plan, tenants: readonly Tenant[], url: URL): Request {
  const tenant = pick(tenants, plan.tenant);
  const other = pick(tenants, plan.tenant + 1);
  const fill = (text: string) =>
    text
      .replaceAll(MARK, tenant.mark)
      .replaceAll(SELF, url.origin)
      .replaceAll('{token}', tenant.tokens.at(-1) ?? 'PTx')
      .replaceAll('{phones}', tenant.digits)
      .replaceAll('{pooled}', tenant.live.get('phoneNumberSid')?.at(-1)?.sid ?? '')
      .replaceAll('{interaction}', tenant.live.get('interactionSid')?.at(-1)?.sid ?? '')
      .replace(/\{number(\d+)\}/g, (_, which: string) => pick(tenant.phoneNumbers, Number(which)))
      .replace(/\{code(\d+)\}/g, (_, which: string) => pick(tenant.shortCodes, Number(which)));
  const { path, resource, isWhole } = pathOf(plan, tenant, other, fill);
  const query = plan.rawQuery ?? encode(plan.query, fill, '%20');
  const body = bodyOf(plan, fill);
  const headers = headersOf(plan, body, url, fill);
  const authorization = loginOf(plan, tenant, other);
  if (authorization !== null) headers.push(['Authorization', authorization]);
  const target = `${plan.rawPath === null ? path : fill(plan.rawPath)}${query === '' ? '' : `?${fill(query)}`}`;
  const head = [
    `${plan.method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');
  const isRouted = plan.method === plan.endpoint.method && plan.rawPath === null && isWhole;
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), framed(body, plan.isChunked)]),
    method: plan.method,
    tenant,
    hasRightLogin: plan.login === 'right' || plan.login === 'any case',
    endpoint: isRouted ? plan.endpoint : null,
    target: plan.target,
    resource: plan.target === 'own' || plan.target === 'text' ? resource : null,
    isOdd:
      head.length > LARGEST_HEAD ||
      (body?.length ?? 0) > LARGEST_BODY ||
      plan.headers.some(([name]) => /^(?:host|expect|connection|idempotency|i-twilio)/i.test(name)),
    wish: wishOf(plan, body),
    hasKey: plan.headers.length > 0,
  };
}

/** A path by the endpoint's template; not a whole one when a name is empty. */
function pathOf(plan: Plan, tenant: Tenant, other: Tenant, fill: (text: string) => string) {
  const parameters = Array.from(plan.endpoint.template.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);
  const kind = parameters.at(-1);
  if (kind === undefined) {
    return { path: plan.endpoint.template + plan.slash, resource: null, isWhole: true };
  }
  const lists = {
    own: tenant.live,
    'of another': other.live,
    'of another below own': other.live,
    astray: tenant.live,
    gone: tenant.gone,
    nothing: null,
    text: null,
  };
  const list = lists[plan.target]?.get(kind) ?? [];
  const isText = plan.target === 'text';
  const picked = list.length > 0 ? pick(list, plan.which) : null;
  const resource = isText ? namedBy(fill(plan.text), tenant.live.get(kind) ?? []) : picked;
  const owner = plan.target === 'of another' ? other : tenant;
  const stranger = strangerFor(plan, tenant, resource, parameters.at(-2));
  const leaf = plan.target === 'astray' && stranger === null ? null : resource;
  const segments = new Map<string, string>();
  for (const parameter of parameters) {
    if (parameter === 'accountSid') {
      segments.set(parameter, isText ? segmentOf(plan, null, parameter, fill) : owner.login.username);
      continue;
    }
    const at = onTheWayTo(parameter === kind ? leaf : (stranger ?? leaf), parameter);
    segments.set(parameter, segmentOf(plan, at && (owner.find(parameter, at.sid) ?? at), parameter, fill));
  }
  const path = plan.endpoint.template.replace(/\{(\w+)\}/g, (_, name: string) => segments.get(name) ?? '');
  return { path: path + plan.slash, resource, isWhole: ![...segments.values()].includes('') };
}

/** Something of one's own that the path goes by, though what it leads to is not below it. */
function strangerFor(
  { target, which }: Plan,
  tenant: Tenant,
  resource: Resource | null,
  kind: string | undefined,
): Resource | null {
  if (kind === undefined || !['of another below own', 'astray', 'nothing'].includes(target)) return null;
  const own = onTheWayTo(resource, kind)?.sid;
  const others = (tenant.live.get(kind) ?? []).filter(({ sid }) => sid !== own);
  return others.length > 0 ? pick(others, which) : null;
}

/** A text may happen to be the name of something, and of what that is below of. */
function namedBy(text: string, resources: readonly Resource[]): Resource | null {
  return (
    resources.find(({ name, parent }) => name === text && (parent === null || parent.name === text)) ?? null
  );
}

function segmentOf(
  { spelling, target, text, endpoint }: Plan,
  resource: Resource | null,
  parameter: string,
  fill: (text: string) => string,
): string {
  if (target === 'text') return encodeURIComponent(fill(text));
  if (resource === null) return `${prefixes[parameter] ?? ''}${'0'.repeat(32)}`;
  switch (spelling) {
    case 'sid':
      return resource.sid;
    case 'any case':
      return resource.sid.toUpperCase();
    case 'name':
      // The name of what is gone, or lies elsewhere, may be that of something here; the carrier goes by SIDs alone.
      return resource.name === null || target === 'gone' || target === 'astray' || endpoint.isSigned
        ? resource.sid
        : encodeURIComponent(resource.name);
    case 'percent':
      return resource.sid.replace(/[A-Z0]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  }
}

const prefixes: Readonly<Record<string, string>> = {
  serviceSid: 'KS',
  phoneNumberSid: 'PN',
  shortCodeSid: 'SC',
  sessionSid: 'KC',
  participantSid: 'KP',
  interactionSid: 'KI',
};

function loginOf({ login }: Plan, { login: own }: Tenant, { login: other }: Tenant): string | null {
  const basic = (username: string, password: string) => `Basic ${btoa(`${username}:${password}`)}`;
  switch (login) {
    case 'right':
      return basic(own.username, own.password);
    case 'any case':
      return basic(own.username.toLowerCase(), own.password);
    case 'wrong token':
      return basic(own.username, `${own.password}x`);
    case 'token of another':
      return basic(own.username, other.password);
    case 'none':
      return null;
    case 'broken':
      return `Basic ${own.username}:${own.password}`;
  }
}

function encode(pairs: Plan['query'], fill: (text: string) => string, space: string): string {
  const text = (value: string) => encodeURIComponent(fill(value)).replaceAll('%20', space);
  return pairs.map(([name, value]) => `${text(name)}=${text(value)}`).join('&');
}

function bodyOf({ form, rawBody, spaces }: Plan, fill: (text: string) => string): Buffer | null {
  if (rawBody !== null) return Buffer.from(typeof rawBody === 'string' ? fill(rawBody) : rawBody);
  return form === null ? null : Buffer.from(encode(form, fill, spaces));
}

function headersOf(
  plan: Plan,
  body: Buffer | null,
  url: URL,
  fill: (text: string) => string,
): [string, string][] {
  const given = new Set(plan.headers.map(([name]) => name.toLowerCase()));
  const usual: [string, string][] = [
    ['Host', url.host],
    ...(body === null || plan.contentType === null
      ? []
      : [['Content-Type', fill(plan.contentType)] as [string, string]]),
  ];
  const length: [string, string][] =
    body === null
      ? []
      : [plan.isChunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(body.length)]];
  return [
    ...usual.filter(([name]) => !given.has(name.toLowerCase())),
    ...plan.headers.map(([name, value]): [string, string] => [name, fill(value)]),
    ...length,
  ];
}

function framed(body: Buffer | null, isChunked: boolean): Buffer {
  if (body === null) return Buffer.alloc(0);
  if (!isChunked) return body;
  const middle = body.length >> 1;
  const chunks = [body.subarray(0, middle), body.subarray(middle)].filter(({ length }) => length > 0);
  return Buffer.concat([
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\n\r\n'),
  ]);
}

/** What the service should make of the body, by its own decoder and schema. */
function wishOf({ endpoint: { form }, contentType }: Plan, body: Buffer | null): Wish {
  if (form === null) return { kind: 'none' };
  const type = contentType ?? 'application/x-www-form-urlencoded';
  const isEmpty = body === null || body.length === 0;
  if (!isEmpty && (!FORM_TYPE.test(type) || body.length > LARGEST_BODY)) return { kind: 'unreadable' };
  let decoded: unknown;
  try {
    decoded = decodeForm(body ?? '');
  } catch {
    return { kind: 'unreadable' };
  }
  const { success, data } = form.schema.safeParse(decoded);
  if (!success) return { kind: 'refused' };
  // Every form of ours becomes an object.
  const value = data as Record<string, unknown>;
  return isReachable(value) ? { kind: 'read', value } : { kind: 'refused' };
}

/** Whether all who are named in a form could be called, which no schema says. */
function isReachable(value: Readonly<Record<string, unknown>>): boolean {
  const participants = Array.isArray(value['participants']) ? (value['participants'] as unknown[]) : [];
  return [value, ...participants].every((one) => {
    const { identifier } = one as { readonly identifier?: string };
    if (identifier === undefined) return true;
    try {
      readIdentifier(identifier, 'valid');
      return true;
    } catch {
      return false;
    }
  });
}

/** The request as a line for a shell. */
export function asCommand(bytes: Buffer, url: URL): string {
  const shown = bytes.length > 20_000 ? bytes.subarray(0, 20_000) : bytes;
  const escaped = Array.from(shown, (byte) => {
    if (byte === 0x0d) return '\\r';
    if (byte === 0x0a) return '\\n';
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x27 && byte !== 0x25;
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
  const cut = shown.length < bytes.length ? ` # and ${bytes.length - shown.length} bytes more` : '';
  return `(printf '${escaped}'; sleep 2) | nc ${url.hostname} ${url.port}${cut}`;
}
