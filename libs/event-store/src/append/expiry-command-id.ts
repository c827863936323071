import { createHash } from 'node:crypto';

/** A name-based uuid (version 5 in form) of a stream and its deadline: the same expiry has the same command id wherever it is noticed. */
export function expiryCommandId(streamId: string, deadline: string): string {
  const digest = createHash('sha1').update(`maskline:expiry:${streamId}:${deadline}`).digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
