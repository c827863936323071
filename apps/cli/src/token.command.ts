import { Command } from 'commander';
import { CreateSecondaryAuthToken, DeleteSecondaryAuthToken, PromoteAuthToken } from '#application';
import { readStream, upcasters } from '#event-store';
import { accountSid, accountStreamOf } from './account-sid.js';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { foldTokens } from './fold-tokens.js';
import { openApplication, operatorContext } from './open-application.js';
import { print, printJson, printTable } from './output.js';

export function tokenCommand(cli: Cli): Command {
  return new Command('token')
    .description('replace the auth token of an account while callers go on: create, hand out, promote')
    .addCommand(createCommand(cli))
    .addCommand(promoteCommand(cli))
    .addCommand(deleteCommand(cli))
    .addCommand(listCommand(cli));
}

function createCommand(cli: Cli): Command {
  return new Command('create')
    .description(
      'make a secondary auth token, accepted beside the primary one within five seconds; it is shown once',
    )
    .argument('<account>', 'AC…')
    .option('--json', 'as JSON')
    .action(async (account: string, { json }: { json?: true }) => {
      const sid = accountSid(account);
      const { commands } = await openApplication(cli);
      const authToken = await commands.execute(new CreateSecondaryAuthToken(operatorContext(sid)));
      if (json) {
        printJson({ sid, authToken });
        return;
      }
      print(`Account SID           ${sid}`);
      print(`Secondary auth token  ${authToken}`);
      print('The token is not shown again.');
    });
}

function promoteCommand(cli: Cli): Command {
  return new Command('promote')
    .description('make the secondary auth token the primary one; the old one is refused within five seconds')
    .argument('<account>', 'AC…')
    .action(async (account: string) => {
      const sid = accountSid(account);
      const { commands } = await openApplication(cli);
      await commands.execute(new PromoteAuthToken(operatorContext(sid)));
      print(`the secondary auth token of ${sid} is its primary one now`);
    });
}

function deleteCommand(cli: Cli): Command {
  return new Command('delete')
    .description('end the secondary auth token; it is refused within five seconds')
    .argument('<account>', 'AC…')
    .action(async (account: string) => {
      const sid = accountSid(account);
      const { commands } = await openApplication(cli);
      await commands.execute(new DeleteSecondaryAuthToken(operatorContext(sid)));
      print(`deleted the secondary auth token of ${sid}`);
    });
}

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show which auth tokens an account accepts, and since when; never the tokens')
    .argument('<account>', 'AC…')
    .option('--json', 'as JSON, a token a line')
    .action(async (account: string, { json }: { json?: true }) => {
      const { reads } = await connect(cli);
      const stream = await accountStreamOf(reads, account);
      const tokens = await foldTokens(readStream(reads, stream, upcasters));
      if (json) {
        tokens.forEach(printJson);
        return;
      }
      printTable(
        ['token', 'made'],
        tokens.map(({ token, createdAt }) => [token, createdAt]),
      );
    });
}
