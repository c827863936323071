/** Under which address the carrier finds the API; a token of its own, for every process has one. */
export class PublicUrl {
  constructor(readonly value: () => string) {}
}
