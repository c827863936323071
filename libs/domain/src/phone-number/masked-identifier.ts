/**
 * Somebody's number or address for those who need not know it, as Twilio tells it: a number without its last four digits, of a
 * channel address the channel alone.
 */
export function maskedIdentifier(identifier: string): string {
  return identifier.startsWith('+')
    ? `${identifier.slice(0, -4)}XXXX`
    : `${identifier.slice(0, identifier.indexOf(':') + 1)}XXXX`;
}
