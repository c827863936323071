import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomBytes } from 'node:crypto';
import { accountStream, createApiKey, type ApiKeyRole } from '#domain';
import { EventStore, type EventContext } from '#event-store';
import { newSid } from '#platform';
import { hashSecret, keySlots } from './secrets.js';

/** A key as it is shown once: only the hash of the secret is kept. */
export interface NewApiKey {
  readonly sid: string;
  readonly secret: string;
}

export class CreateApiKey extends Command<NewApiKey> {
  constructor(
    readonly friendlyName: string,
    readonly role: ApiKeyRole,
    readonly context: EventContext,
  ) {
    super();
  }
}

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKey> {
  constructor(private readonly events: EventStore) {}

  async execute({ friendlyName, role, context }: CreateApiKey): Promise<NewApiKey> {
    const key = { sid: newSid('SK'), secret: newSecret() };
    await this.events.change(
      accountStream,
      context.accountSid,
      context,
      (account) => createApiKey(account, key.sid, friendlyName, role),
      { secrets: [{ sid: key.sid, slot: keySlots[role], value: hashSecret(key.secret) }] },
    );
    return key;
  }
}

/** 32 letters and digits, for some SDKs refuse other characters in credentials; 128 bits. */
export function newSecret(): string {
  return randomBytes(16).toString('hex');
}
