import { Command } from 'commander';
import { CreateAccount, newSecret } from '#application';
import { newSid } from '#platform';
import type { Cli } from './cli.js';
import { openApplication, operatorContext } from './open-application.js';
import { print, printJson } from './output.js';

export function accountCommand(cli: Cli): Command {
  return new Command('account').description('make accounts').addCommand(createCommand(cli));
}

function createCommand(cli: Cli): Command {
  return new Command('create')
    .description('make an account; its token is shown once')
    .option('--name <name>', 'a name for people', '')
    .option('--json', 'as JSON')
    .action(async ({ name, json }: { name: string; json?: true }) => {
      const { commands } = await openApplication(cli);
      const account = { sid: newSid('AC'), authToken: newSecret() };
      await commands.execute(new CreateAccount(name, account.authToken, operatorContext(account.sid)));
      if (json) {
        printJson(account);
        return;
      }
      print(`Account SID  ${account.sid}`);
      print(`Auth token   ${account.authToken}`);
      print('The token is not shown again.');
    });
}
