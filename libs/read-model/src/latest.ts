/** The latest of these times; ISO 8601 in UTC with milliseconds sorts as text. */
export function latest(first: string, ...others: readonly (string | null)[]): string {
  return others.reduce<string>((a, b) => (b !== null && b > a ? b : a), first);
}
