/**
 * The canonical JSON of RFC 8785: keys in UTF-16 order, no white space, ECMAScript's own form of numbers and strings.
 * `undefined` members are left out, as in `JSON.stringify`; what JSON cannot say throws, for it would be lost silently.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlain(value)) throw new TypeError('JSON has plain objects only');
  const members = value as Record<string, unknown>;
  let text = '';
  for (const key of inOrder(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${scalar(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Sorts in place, by insertion: objects have few keys, and `sort` makes copies of them. Texts compare by UTF-16, as RFC 8785 asks. */
function inOrder(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let to = i;
    for (; to > 0 && (keys[to - 1] as string) > key; to--) keys[to] = keys[to - 1] as string;
    keys[to] = key;
  }
  return keys;
}

/** A Date or a Map would become an empty object. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function scalar(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('JSON has no such number');
  if (typeof value === 'string' && !value.isWellFormed())
    throw new TypeError('JSON text must be well-formed Unicode');
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`JSON has no ${typeof value}`);
  return text;
}
