/** Whether PostgreSQL can keep it: no NUL and no half of a surrogate pair, both of which JSON can hold. */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}
