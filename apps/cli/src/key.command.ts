import { Command, Option } from 'commander';
import { CreateApiKey, RevokeApiKey } from '#application';
import { readSid, type ApiKeyRole } from '#domain';
import { readStream, upcasters } from '#event-store';
import { StartError } from '#platform';
import { findKeyHash, foldKeys } from '#read-model';
import { accountSid, accountStreamOf } from './account-sid.js';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { openApplication, operatorContext } from './open-application.js';
import { print, printJson, printTable } from './output.js';

export function keyCommand(cli: Cli): Command {
  return new Command('key')
    .description('make, show and revoke the API keys of an account')
    .addCommand(createCommand(cli))
    .addCommand(listCommand(cli))
    .addCommand(revokeCommand(cli));
}

interface CreateOptions {
  readonly name: string;
  readonly role: ApiKeyRole;
  readonly json?: true;
}

function createCommand(cli: Cli): Command {
  return new Command('create')
    .description('make an API key; its secret is shown once')
    .argument('<account>', 'AC…')
    .option('--name <name>', 'a name for people', '')
    .addOption(
      new Option(
        '--role <role>',
        'operator for everything but keys, tokens, legal holds and webhooks, read-only to look without changing anything',
      )
        .choices(['operator', 'read-only'])
        .default('operator'),
    )
    .option('--json', 'as JSON')
    .action(async (account: string, { name, role, json }: CreateOptions) => {
      const context = operatorContext(accountSid(account));
      const { commands } = await openApplication(cli);
      const key = await commands.execute(new CreateApiKey(name, role, context));
      if (json) {
        printJson(key);
        return;
      }
      print(`API key  ${key.sid}`);
      print(`Secret   ${key.secret}`);
      print('The secret is not shown again.');
    });
}

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show the API keys of an account, revoked ones too')
    .argument('<account>', 'AC…')
    .option('--json', 'as JSON, a key a line')
    .action(async (account: string, { json }: { json?: true }) => {
      const { reads } = await connect(cli);
      const stream = await accountStreamOf(reads, account);
      const keys = await foldKeys(readStream(reads, stream, upcasters));
      if (json) {
        keys.forEach(printJson);
        return;
      }
      printTable(
        ['key', 'name', 'role', 'made', 'revoked'],
        keys.map(({ sid, name, role, createdAt, revokedAt }) => [
          sid,
          name,
          role,
          createdAt,
          revokedAt ?? '',
        ]),
      );
    });
}

function revokeCommand(cli: Cli): Command {
  return new Command('revoke')
    .description('revoke an API key; requests with it are refused within five seconds')
    .argument('<key>', 'SK…')
    .action(async (key: string) => {
      const sid = readSid('SK', key);
      if (sid === null) throw new StartError(`${key} is no SID of an API key`);
      const { commands, database } = await openApplication(cli);
      const found = await findKeyHash(database.reads, sid);
      if (found === null) throw new StartError('there is no such API key, or it is revoked already');
      await commands.execute(new RevokeApiKey(sid, operatorContext(found.account_sid)));
      print(`revoked ${sid}`);
    });
}
