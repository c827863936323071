import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { randomBytes } from './random-bytes.js';

// AES-256-GCM. A box is: format (1 byte) | nonce (12) | tag (16) | ciphertext.
// With a random nonce, one key is good for 2^32 boxes; we seal two per account and one for each person whose data an event holds.

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** Encrypts `plain`. `place` says where the box belongs (e.g. table and key): it opens nowhere else. */
export function seal(key: KeyObject, plain: string, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ciphertext]);
}

/** The text that was sealed; throws when the key, the place or a single bit of the box is not the same. */
export function open(key: KeyObject, box: Buffer, place: string): string {
  if (box.length < HEADER_BYTES || box[0] !== FORMAT) throw new Error('not a sealed box of a known format');
  const nonce = box.subarray(1, 1 + NONCE_BYTES);
  const tag = box.subarray(1 + NONCE_BYTES, HEADER_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(place)).setAuthTag(tag);
  return decipher.update(box.subarray(HEADER_BYTES), undefined, 'utf8') + decipher.final('utf8');
}
