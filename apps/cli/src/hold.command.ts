import { Command } from 'commander';
import { PlaceAccountHold, PlaceSessionHold, ReleaseAccountHold, ReleaseSessionHold } from '#application';
import { accountStream, sessionStream } from '#domain';
import { upcasters } from '#event-store';
import { StartError } from '#platform';
import { readLegalHolds, type LegalHold } from '#read-model';
import { accountStreamOf } from './account-sid.js';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { shown } from './describe-moment.js';
import { findMasterKey } from './master-key.js';
import { namedStream } from './named-stream.js';
import { openApplication, operatorContext } from './open-application.js';
import { print, printJson, printTable } from './output.js';

export function holdCommand(cli: Cli): Command {
  return new Command('hold')
    .description('keep sessions from being deleted, by callers and by retention')
    .addCommand(changeCommand(cli, 'place'))
    .addCommand(changeCommand(cli, 'release'))
    .addCommand(listCommand(cli));
}

const commands = {
  place: { account: PlaceAccountHold, session: PlaceSessionHold },
  release: { account: ReleaseAccountHold, session: ReleaseSessionHold },
};

function changeCommand(cli: Cli, what: 'place' | 'release'): Command {
  const isPlacing = what === 'place';
  return new Command(what)
    .description(
      isPlacing
        ? 'put a session, or all of an account, on legal hold'
        : 'end a legal hold; what retention would have deleted meanwhile is due at once',
    )
    .argument('<sid>', 'KC… or AC…')
    .requiredOption('--reason <text>', 'why; kept in the history, encrypted')
    .action(async (text: string, { reason }: { reason: string }) => {
      if (reason.trim() === '') throw new StartError('--reason is empty');
      const application = await openApplication(cli);
      const { streamId: sid, accountSid, category } = await namedStream(application.database.admin, text);
      const { account: OfAccount, session: OfSession } = commands[what];
      const context = operatorContext(accountSid);
      if (category !== accountStream.category && category !== sessionStream.category) {
        throw new StartError('only a session or an account can be on legal hold');
      }
      const command =
        category === accountStream.category
          ? new OfAccount(reason, context)
          : new OfSession(sid, reason, context);
      await application.commands.execute(command);
      print(isPlacing ? `${sid} is on legal hold` : `${sid} is on legal hold no more`);
    });
}

const pageSize = 500;

function listCommand(cli: Cli): Command {
  return new Command('list')
    .description('show what of an account is on legal hold')
    .argument('<account>', 'AC…')
    .option('--personal', 'show the reasons, which may name somebody')
    .option('--json', 'as JSON, a hold a line')
    .action(async (account: string, { json, personal }: { json?: true; personal?: true }) => {
      const { reads } = await connect(cli);
      const place = await accountStreamOf(reads, account);
      const masterKey = personal === true ? findMasterKey(cli.config) : null;
      const all: (Omit<LegalHold, 'reason'> & { reason: string })[] = [];
      for (let after = '', hasMore = true; hasMore;) {
        const page = await readLegalHolds(reads, place, after, pageSize, { upcasters, masterKey });
        for (const hold of page.holds) {
          all.push({ ...hold, reason: personal === true ? shown(hold.reason) : 'hidden' });
        }
        after = page.holds.at(-1)?.sid ?? '';
        hasMore = page.hasMore;
      }
      if (json) {
        all.forEach(printJson);
        return;
      }
      printTable(
        ['sid', 'since', 'by', 'reason'],
        all.map(({ sid, placedAt, actor, reason }) => [sid, placedAt, actor, reason]),
      );
    });
}
