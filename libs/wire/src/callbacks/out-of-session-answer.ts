import { z } from 'zod';
import type { SessionMode } from '#domain';
import { choice, dateTime, seconds, uniqueName } from '../fields.js';
import { MODES } from '../session-form.js';
import { isStorable } from '../storable.js';

/** An answer as it came over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}

/** A session that our user wants made on the spot, with the one who calls or writes as its first participant. */
export interface AutoCreateWish {
  readonly uniqueName: string | null;
  /** Null takes the service's default. */
  readonly ttl: number | null;
  readonly mode: SessionMode;
  readonly dateExpiry: string | null;
  /** Of the other participant. */
  readonly participantIdentifier: string;
  readonly participantProxyIdentifier: string | null;
}

export type OutOfSessionAnswer =
  | { readonly kind: 'twiml'; readonly xml: string }
  | { readonly kind: 'auto-create'; readonly wish: AutoCreateWish }
  | { readonly kind: 'nothing' }
  /** `why` repeats nothing of the answer. */
  | { readonly kind: 'failed'; readonly why: string };

const XML = /^(?:application|text)\/(?:[\w.-]+\+)?xml$/;

/** Reads what `OutOfSessionCallbackUrl` answers (contract §12.3). */
export function readOutOfSessionAnswer({ status, contentType, body }: HttpAnswer): OutOfSessionAnswer {
  if (status < 200 || status > 299) return failed(`status ${status}`);
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const isXml = XML.test(type);
  const content = decode(body, charset?.replace(/^"(.*)"$/, '$1') ?? (isXml ? declaredEncoding(body) : null));
  if (content === null) return failed('not in its charset');
  if (content.trim() === '') return { kind: 'nothing' };
  if (isXml) return { kind: 'twiml', xml: inUtf8(content) };
  return type === 'application/json' ? readWish(content) : failed('neither TwiML nor JSON');
}

function failed(why: string): OutOfSessionAnswer {
  return { kind: 'failed', why };
}

/** Null when the charset is unknown or the bytes are not of it. A mark of byte order is no part of the text. */
function decode(body: Uint8Array, charset: string | null): string | null {
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

const DECLARATION = /^(<\?xml\s[^>]*?encoding\s*=\s*)(["'])([\w.:-]+)\2/;

function declaredEncoding(body: Uint8Array): string | null {
  // Latin 1 takes every byte, and a declaration is ASCII in whatever encoding it declares that we know.
  const start = new TextDecoder('latin1').decode(body.subarray(0, 200));
  return DECLARATION.exec(start)?.[3] ?? null;
}

/** The carrier gets it in UTF-8, so it must not say otherwise. */
function inUtf8(xml: string): string {
  return xml.replace(DECLARATION, '$1$2UTF-8$2');
}

/** In JSON null is not given. */
const given = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => value ?? undefined, field.optional());

const text = (longest: number) =>
  given(z.string().refine((value) => value.length <= 2 * longest && [...value].length <= longest));

/** As with a new session's form, but a number may be one. */
const wish = z
  .object({
    uniqueName: given(uniqueName('KC', '')),
    ttl: given(z.preprocess((value) => (typeof value === 'number' ? String(value) : value), seconds(''))),
    mode: given(choice(MODES, '')),
    dateExpiry: given(dateTime('')),
    participantIdentifier: text(191),
    participantProxyIdentifier: text(255),
  })
  .transform((form, context): AutoCreateWish => {
    if (form.participantIdentifier === undefined || form.participantIdentifier === '') {
      context.addIssue({ code: 'custom', path: ['participantIdentifier'], message: 'It is required.' });
      return z.NEVER;
    }
    return {
      uniqueName: form.uniqueName ?? null,
      ttl: form.ttl ?? null,
      mode: form.mode ?? 'voice-and-message',
      dateExpiry: form.dateExpiry ?? null,
      participantIdentifier: form.participantIdentifier,
      participantProxyIdentifier: form.participantProxyIdentifier || null,
    };
  });

function readWish(content: string): OutOfSessionAnswer {
  const value = parse(content);
  if (typeof value !== 'object' || value === null) return failed('no JSON object');
  const canBeKept = Object.values(value).every((item) => typeof item !== 'string' || isStorable(item));
  if (!canBeKept) return failed('a text that cannot be kept');
  const result = wish.safeParse(value);
  if (result.success) return { kind: 'auto-create', wish: result.data };
  return failed(`${result.error.issues[0]?.path.join('.') ?? ''} is invalid`);
}

/** Null, which is no wish either, when it is no JSON. */
function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
