import type { KeyObject } from 'node:crypto';
import { open, seal } from '#platform';

// Sealed rather than hashed: what a webhook is told is signed with it.

export function sealWebhookSecret(masterKey: KeyObject, consumer: string, secret: string): Buffer {
  return seal(masterKey, secret, place(consumer));
}

export function openWebhookSecret(masterKey: KeyObject, consumer: string, box: Buffer): string {
  return open(masterKey, box, place(consumer));
}

function place(consumer: string): string {
  return `maskline.consumer_webhook/${consumer}/secret`;
}
