const GROUPS = 8;
/** Half of an IPv6 address is its network; whoever has one host of it has all. */
const NETWORK_GROUPS = 4;

/** What one caller is known by: an IPv4 address, or the /64 of an IPv6 one. Who has hung up meanwhile has none, whatever Fastify's types say. */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'gone';
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + behind < GROUPS) groups.push('0');
  }
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
