import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import { DomainError } from '#domain';
import type { EventContext } from '#event-store';
import { systemContext } from '../system-context.js';
import { ChangeAuthToken } from './change-auth-token.js';
import { CreateAccount } from './create-account.js';
import type { Credentials } from './credentials.js';

const logger = new Logger('Account');

/**
 * Makes sure that the account exists and has this token, and answers whether it has. Several processes may do so at once.
 * Once the account's token has been rotated, settings that were left behind do not bring an ended one back.
 */
export async function ensureAccount(
  commands: CommandBus,
  credentials: Credentials,
  account: { readonly sid: string; readonly authToken: string },
): Promise<boolean> {
  if ((await credentials.check(account.sid, account.authToken)) !== null) return true;
  const context = systemContext(account.sid, 'system:start', { correlationId: `start-${account.sid}` });
  try {
    await commands.execute(new CreateAccount('', account.authToken, context));
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'account-exists') throw error;
    if (!(await changeToken(commands, account.authToken, context))) return false;
  }
  // The check above remembers that there was no such account, or another token.
  credentials.forget(account.sid);
  return true;
}

async function changeToken(commands: CommandBus, authToken: string, context: EventContext): Promise<boolean> {
  try {
    await commands.execute(new ChangeAuthToken(authToken, context));
    return true;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'token-rotated') throw error;
    logger.warn(
      `${context.accountSid} does not accept the auth token of the settings: its token was rotated by maskline token`,
    );
    return false;
  }
}
