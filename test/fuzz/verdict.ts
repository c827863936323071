import { z } from 'zod';
import { isKnownCode, mayRefuseWith } from './codes.js';
import { JSON_TYPE, type Endpoint } from './endpoints.js';
import type { RawAnswer } from './exchange.js';
import type { Request } from './request.js';

/** What HTTP itself may be answered with, wherever a request goes. */
const ALWAYS = [400, 401, 404, 405, 413, 417, 431, 503];

const error = z.strictObject({
  code: z.int().min(20_000).max(99_999),
  message: z.string().min(1),
  more_info: z.string(),
  status: z.int(),
});

/** Every way in which an answer is none that the contract knows, whatever was asked. */
export function faultsOf(answer: RawAnswer, endpoints: readonly Endpoint[]): string[] {
  const { status, headers } = answer;
  const faults: string[] = [];
  const expect = (isSo: boolean, fault: string) => {
    if (!isSo) faults.push(fault);
  };
  // The carrier that is away is not our failure.
  const isCarriers = status === 500 && fieldOf(answer, 'code') === 80502;
  expect(status < 500 || status === 503 || isCarriers, `status ${status}`);
  expect(/^RQ[0-9a-f]{32}$/.test(headers.get('twilio-request-id') ?? ''), 'no Twilio-Request-Id');
  expect(status !== 401 || headers.get('www-authenticate') === 'Basic realm="Twilio API"', 'no challenge');
  expect(status !== 405 || /^[A-Z]+(?:, [A-Z]+)*$/.test(headers.get('allow') ?? ''), 'no Allow');
  expect(status !== 503 || /^[1-9]\d*$/.test(headers.get('retry-after') ?? ''), 'no Retry-After');
  if (status === 204) {
    expect(answer.body.length === 0 && !headers.has('content-type'), 'a body with 204');
    return faults;
  }
  if (answer.body.length === 0) return [...faults, 'no body'];
  if (status < 400) {
    expect(
      endpoints.some((endpoint) => isAnswerOf(endpoint, answer)),
      'no answer of any endpoint',
    );
    return faults;
  }
  expect(JSON_TYPE.test(headers.get('content-type') ?? ''), `type ${headers.get('content-type') ?? 'none'}`);
  const read = error.safeParse(jsonOf(answer));
  if (!read.success) return [...faults, `no error of Twilio's form: ${z.prettifyError(read.error)}`];
  expect(read.data.status === status, 'another status in the body');
  expect(isKnownCode(status, read.data.code), `code ${read.data.code} with ${status}`);
  expect(read.data.more_info === `https://www.twilio.com/docs/errors/${read.data.code}`, 'more_info');
  return faults;
}

export function isAnswerOf(endpoint: Endpoint, answer: RawAnswer): boolean {
  const schema = endpoint.answers.get(answer.status);
  if (schema === undefined) return false;
  if (schema === null) return answer.body.length === 0;
  if (!endpoint.contentType.test(answer.headers.get('content-type') ?? '')) return false;
  return schema.safeParse(bodyOf(answer)).success;
}

/** Every way in which the answer is not the one to this request. */
export function faultsFor(request: Request, answer: RawAnswer): string[] {
  const { endpoint, wish } = request;
  const { status } = answer;
  if (endpoint === null) {
    // Another method may well be that of another endpoint, and meet what is there already.
    const isKnown = ALWAYS.includes(status) || status === 409 || status < 300;
    return isKnown ? [] : [`status ${status}`];
  }
  const faults: string[] = [];
  const expect = (isSo: boolean, fault: string) => {
    if (!isSo) faults.push(fault);
  };
  const isDescribed = endpoint.answers.has(status);
  expect(isDescribed || (request.isOdd && ALWAYS.includes(status)), `status ${status} is not described`);
  if (isDescribed) expect(status >= 400 || isAnswerOf(endpoint, answer), schemaFault(endpoint, answer));
  const code = fieldOf(answer, 'code');
  if (status >= 400) {
    expect(mayRefuseWith(endpoint, status, Number(code)), `code ${String(code)} with ${status} here`);
  }
  if (!endpoint.template.startsWith('/v1')) return faults;
  if (endpoint.isSigned) {
    const isWhole = request.target !== 'text' && (wish.kind === 'none' || wish.kind === 'read');
    expect(
      !isWhole || request.isOdd || status === 403 || status === 503,
      `status ${status} without a signature`,
    );
    return faults;
  }
  expect(answer.headers.get('access-control-allow-origin') === '*' || request.isOdd, 'no CORS');
  if (status === 503 || request.isOdd) return faults;
  if (!request.hasRightLogin) {
    expect(status === 401, `status ${status} without a right login`);
    return faults;
  }
  expect(status !== 401, 'a right login was refused');
  const isRead = wish.kind === 'none' || wish.kind === 'read';
  if (!isRead) expect(status >= 400, `a form that is ${wish.kind} was taken`);
  const hasTarget = endpoint.template.includes('{');
  if (hasTarget && request.target !== 'own' && request.target !== 'text') {
    expect(status >= 400, 'reached what is not there for this account');
    if (isRead && !hasQuery(endpoint)) expect(status === 404, `status ${status} for what is not there`);
  }
  if (request.resource !== null && endpoint.method === 'GET') {
    if (hasQuery(endpoint)) expect(status === 200 || status === 400, `status ${status} for a list`);
    else {
      expect(status === 200, `status ${status} for what is there`);
      expect(fieldOf(answer, 'sid') === request.resource.sid, 'another resource');
      const isShownRemoved = typeof fieldOf(answer, 'date_deleted') === 'string';
      expect(request.resource.isRemoved !== true || isShownRemoved, 'shown as if it was not removed');
    }
  }
  if (request.resource?.isRemoved && endpoint.method !== 'GET') {
    expect(status >= 400, `status ${status} for a participant who was removed`);
  }
  if (wish.kind === 'read') faults.push(...faultsOfWish(request, wish.value, answer));
  return faults;
}

function hasQuery({ query }: Endpoint): boolean {
  return query.length > 0;
}

/** What was taken is shown, and what is right by its schema is refused for no reason that the schema knows. */
function faultsOfWish(
  { hasKey }: Request,
  wish: Readonly<Record<string, unknown>>,
  answer: RawAnswer,
): string[] {
  const body = jsonOf(answer);
  if (answer.status >= 400) {
    const isSchemas =
      fieldOf(answer, 'code') === 80701 &&
      !/It is in the past\.$|It points to this API\.$/.test(String(fieldOf(answer, 'message')));
    return isSchemas ? [`a right form was refused: ${String(fieldOf(answer, 'message'))}`] : [];
  }
  // A repeated request is shown what has become of it since.
  if (hasKey || typeof body !== 'object' || body === null) return [];
  return Object.entries(wishAsShown(wish, answer)).flatMap(([name, wished]) => {
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    // What the resource has no key for, such as the participants of a session, is shown elsewhere.
    if (!(key in body)) return [];
    const shown = (body as Record<string, unknown>)[key];
    // A session that is opened again may have no expiry date any more.
    if (wished === null && shown !== null && !chosen.has(key)) return [`${key}: not cleared`];
    if (wished === null) return [];
    // A ttl that is shorter than the last interaction is old ends the session in the same moment.
    if (
      key === 'status' &&
      typeof wish['ttl'] === 'number' &&
      fieldOf(answer, 'closed_reason') === 'ttl-expired'
    )
      return [];
    const isSame = (shownAs[key] ?? Object.is)(wished, shown);
    return isSame ? [] : [`${key}: another value than was asked for`];
  });
}

/** A number by one of its names, and a message as the text that its data holds, in the keys that show them. */
function wishAsShown(wish: Readonly<Record<string, unknown>>, answer: RawAnswer) {
  const { number, body, ...rest } = wish;
  if (typeof number === 'object' && number !== null) return { ...rest, ...number };
  const isMessage = typeof body === 'string' && /^KI/.test(String(fieldOf(answer, 'sid')));
  return isMessage ? { ...rest, data: body } : rest;
}

/** What the service gives when nothing is asked for. */
const chosen = new Set(['ttl', 'proxy_identifier', 'proxy_identifier_sid']);

/** What is shown in another spelling. */
const shownAs: Readonly<Record<string, (wished: unknown, shown: unknown) => boolean>> = {
  date_expiry: sameSecond,
  identifier: (wished, shown) => digitsOf(wished) === digitsOf(shown),
  data: (wished, shown) => (JSON.parse(String(shown)) as { body?: unknown }).body === wished,
};

function digitsOf(value: unknown): string {
  const text = String(value);
  return /^[+ ]/.test(text) ? text.replaceAll(/\D/g, '') : text;
}

function sameSecond(wished: unknown, shown: unknown): boolean {
  return String(wished).slice(0, 19) === String(shown).slice(0, 19);
}

function schemaFault(endpoint: Endpoint, answer: RawAnswer): string {
  const result = endpoint.answers.get(answer.status)?.safeParse(bodyOf(answer));
  const why = result?.success === false ? z.prettifyError(result.error) : 'its type';
  return `not as ${endpoint.method} ${endpoint.template} is described: ${why}`;
}

export function fieldOf(answer: RawAnswer, name: string): unknown {
  const body = jsonOf(answer);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
}

function bodyOf(answer: RawAnswer): unknown {
  return JSON_TYPE.test(answer.headers.get('content-type') ?? '') ? jsonOf(answer) : answer.body.toString();
}

const parsed = new WeakMap<RawAnswer, unknown>();

/** Undefined for what is no JSON. */
export function jsonOf(answer: RawAnswer): unknown {
  if (parsed.has(answer)) return parsed.get(answer);
  let value: unknown;
  try {
    value = JSON.parse(answer.body.toString());
  } catch {
    value = undefined;
  }
  parsed.set(answer, value);
  return value;
}
