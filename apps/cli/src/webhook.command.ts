import { Command } from 'commander';
import { checkMasterKey, sealWebhookSecret } from '#application';
import { changeWebhook } from '#event-store';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { connect } from './connect.js';
import { findConsumer } from './find-consumer.js';
import { requireMasterKey } from './master-key.js';
import { plural, print } from './output.js';
import { readWebhookUrl } from './read-webhook-url.js';
import { readSecret } from './webhook-options.js';

interface Options {
  readonly url?: string;
  readonly newSecret?: true;
  readonly secret?: string;
  readonly keep: string;
}

export function webhookCommand(cli: Cli): Command {
  return new Command('webhook')
    .description('give a consumer that is a URL another one, or another secret')
    .argument('<name>')
    .option('--url <url>', 'where it is told from now on')
    .option('--new-secret', 'make another secret, which is shown once')
    .option('--secret <whsec_…>', 'the same with a secret of your own')
    .option('--keep <hours>', 'for how long the secret before it signs as well', '24')
    .action(async (name: string, { url, newSecret, secret, keep }: Options) => {
      if (url === undefined && newSecret === undefined && secret === undefined) {
        throw new StartError('say what to change: --url, --new-secret or --secret');
      }
      const hours = parseHours(keep);
      const wantedUrl = url === undefined ? null : readWebhookUrl(url);
      const isNew = newSecret !== undefined || secret !== undefined;
      const wantedSecret = isNew ? readSecret(secret) : null;
      const masterKey = requireMasterKey(cli.config);
      const database = await connect(cli);
      await checkMasterKey(database, masterKey);
      const { webhook } = await findConsumer(database, name);
      if (webhook === null) throw new StartError(`${name} is no webhook: it has a program of its own`);
      const box = wantedSecret === null ? null : sealWebhookSecret(masterKey, name, wantedSecret);
      await changeWebhook(database.admin, name, { url: wantedUrl, secret: box }, hours);
      print(`changed ${name}`);
      if (wantedSecret === null) return;
      print(`secret     ${wantedSecret}`);
      print(`\nIt is not shown again. The one before it signs as well for ${plural(hours, 'hour')}.`);
    });
}

function parseHours(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new StartError(`--keep ${text} is no whole number of hours up to 9999`);
}
