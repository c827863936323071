// Array literals for bound parameters. pg's own conversion walks each value several times; here a batch is one string a column.

const special = /["\\]/;
const everySpecial = /["\\]/g;

export function textArray(values: readonly (string | null)[]): string {
  let literal = '{';
  for (const value of values) {
    if (literal.length > 1) literal += ',';
    if (value === null) literal += 'NULL';
    else literal += `"${special.test(value) ? value.replace(everySpecial, '\\$&') : value}"`;
  }
  return `${literal}}`;
}

/** For values that need no quotes: numbers, uuids, and `null`. */
export function plainArray(values: readonly (string | number | null)[]): string {
  let literal = '{';
  for (const value of values) {
    if (literal.length > 1) literal += ',';
    literal += value === null ? 'NULL' : String(value);
  }
  return `${literal}}`;
}
