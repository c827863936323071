import { types } from 'node:util';

interface DescribedError {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: DescribedError;
}

/** SQLSTATE: five letters and digits. What Node calls its errors may be as long (EPIPE), but has no digit. */
const SQL_STATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/**
 * An error as it may be logged. PostgreSQL quotes the values it dislikes in its messages, details and hints,
 * and those are people's names and numbers; its code, the constraint and the stack tell enough.
 */
export function describeError(error: unknown): DescribedError {
  if (!types.isNativeError(error)) return { type: typeof error, message: 'not an Error', stack: '' };
  const code = textOf(error, 'code');
  const isFromSql = code !== null && SQL_STATE.test(code);
  const message = isFromSql
    ? ['SQL error', code, textOf(error, 'constraint')].filter(Boolean).join(' ')
    : error.message;
  return {
    type: error.name,
    ...(code !== null && { code }),
    message,
    stack: framesOf(error),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** SQLSTATEs and what Node calls its errors: nothing that a person wrote. */
const ERROR_CODE = /^[0-9A-Z_]{3,30}$/;

/** An error in a word, for places where not even its message may go: it may quote what people wrote. */
export function nameError(error: unknown): string {
  if (!types.isNativeError(error)) return 'not an error';
  const code = textOf(error, 'code');
  return code !== null && ERROR_CODE.test(code) ? `${error.name} ${code}` : error.name;
}

function textOf(error: Error, key: 'code' | 'constraint'): string | null {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : null;
}

/** Without the first lines, which repeat the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join('\n');
}
