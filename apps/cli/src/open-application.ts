import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { ApplicationModule, checkMasterKey, openStore, processModules, systemContext } from '#application';
import { openCarrier } from '#carrier';
import type { EventContext } from '#event-store';
import { OutboundHttp, type Database } from '#platform';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { requireMasterKey } from './master-key.js';

/** The use cases, for commands that change something. */
export interface Application {
  readonly commands: CommandBus;
  readonly database: Database;
}

/** What Nest wants to call the root of a process. */
@Module({})
class CliModule {}

const unobserved = { flushed: () => undefined, conflicted: () => undefined };

export async function openApplication(cli: Cli): Promise<Application> {
  const database = await connect(cli);
  const masterKey = requireMasterKey(cli.config);
  await checkMasterKey(database, masterKey);
  const store = await openStore(database, masterKey, unobserved);
  cli.shutdown.add('wake-ups', () => store.wake.stop());
  const http = new OutboundHttp(cli.config.CALLBACK_REACH ?? 'public');
  cli.shutdown.add('the connections to callbacks', () => http.close());
  const shared = processModules({
    config: cli.config,
    store,
    carrier: await openCarrier(cli.config, database, masterKey),
    http,
    publicUrl: () => cli.config.PUBLIC_URL ?? '',
    onAlert: () => undefined,
  });
  const app = await NestFactory.createApplicationContext(
    { module: CliModule, imports: [...shared, ApplicationModule] },
    // What goes wrong at the start is told in our line, and what was opened is closed.
    { abortOnError: false },
  );
  cli.shutdown.add('the application', () => app.close());
  return { commands: app.get(CommandBus), database };
}

/**
 * A change by whoever may run `maskline`: the history shows that it did not come through the API. Not their name on this machine,
 * which would stand there for ever, in the clear, for consumers too.
 */
export function operatorContext(accountSid: string): EventContext {
  return systemContext(accountSid, 'system:cli');
}
