import { BlockList, isIP } from 'node:net';

/**
 * Whom an address leads to: everybody's internet, this machine, a network around it, or what no installation has a
 * reason to call for somebody else, such as the metadata services where clouds hand out credentials.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'never';

const loopback = networks(['127.0.0.0/8', '::1/128']);

const privateNetworks = networks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10', // carrier-grade NAT
  '198.18.0.0/15', // benchmarks
  'fc00::/7',
]);

/** Comes before the private networks: some metadata services lie inside them. */
const never = networks([
  '0.0.0.0/8', // Linux takes it for this machine
  '169.254.0.0/16', // link-local, and the metadata of most clouds
  '100.100.100.200/32', // metadata of Alibaba
  '168.63.129.16/32', // Azure's own
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  'fd00:ec2::/32', // metadata of Amazon
  'fd20:ce::/32', // metadata of Google
  '2001::/23', // Teredo and other tunnels
  '2001:db8::/32',
  '2002::/16', // 6to4, another way to write an IPv4 address
  '3fff::/20',
]);

/** The only IPv6 that is given to anybody. */
const globalUnicast = networks(['2000::/3']);

/** An IPv6 address that stands for an IPv4 one: mapped, or through the NAT64 of an IPv6-only network. */
const standsForIpv4 = networks(['::ffff:0:0/96', '64:ff9b::/96']);

/** Judges an address as `dns.lookup` answers it and `URL` spells it. What is no address is never called. */
export function addressKind(address: string): AddressKind {
  const [plain = ''] = address.split('%');
  const version = isIP(plain);
  if (version === 0) return 'never';
  if (version === 4) return kindOfIpv4(plain);
  if (standsForIpv4.check(plain, 'ipv6')) return kindOfIpv4(lastFourBytes(plain));
  if (loopback.check(plain, 'ipv6')) return 'loopback';
  if (never.check(plain, 'ipv6')) return 'never';
  if (privateNetworks.check(plain, 'ipv6')) return 'private';
  return globalUnicast.check(plain, 'ipv6') ? 'public' : 'never';
}

function kindOfIpv4(address: string): AddressKind {
  if (loopback.check(address, 'ipv4')) return 'loopback';
  if (never.check(address, 'ipv4')) return 'never';
  return privateNetworks.check(address, 'ipv4') ? 'private' : 'public';
}

/** `URL` writes every IPv6 address in groups of hexadecimal digits. */
function lastFourBytes(address: string): string {
  const { hostname } = new URL(`http://[${address}]`);
  const groups = hostname.slice(1, -1).split(':').slice(-2);
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function networks(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const network of list) {
    const [address = '', bits] = network.split('/');
    block.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return block;
}
