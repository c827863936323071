import type { CommandBus } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import type { EventContext } from '#event-store';
import { ChangeAuthToken } from './change-auth-token.js';
import { CreateAccount } from './create-account.js';
import type { Credentials } from './credentials.js';

/** Makes sure that the account exists and has this token. Several processes may do so at once. */
export async function ensureAccount(
  commands: CommandBus,
  credentials: Credentials,
  account: { readonly sid: string; readonly authToken: string },
): Promise<void> {
  if ((await credentials.check(account.sid, account.authToken)) !== null) return;
  const context = startContext(account.sid);
  try {
    await commands.execute(new CreateAccount('', account.authToken, context));
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'account-exists') throw error;
    await commands.execute(new ChangeAuthToken(account.authToken, context));
  }
  // The check above remembers that there was no such account, or another token.
  credentials.forget(account.sid);
}

function startContext(accountSid: string): EventContext {
  return {
    accountSid,
    actor: 'system:start',
    requestId: null,
    correlationId: `start-${accountSid}`,
    causationId: null,
    traceParent: null,
    idempotency: null,
  };
}
