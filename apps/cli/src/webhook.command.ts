import { Command } from 'commander';
import type { SecretWish } from '#application';
import { StartError } from '#platform';
import type { Cli } from './cli.js';
import { openWebhooks } from './open-consumers.js';
import { plural, print } from './output.js';

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
    .action(async (name: string, { newSecret, secret, keep, ...options }: Options) => {
      const url = options.url ?? null;
      const wish: SecretWish = secret !== undefined ? { own: secret } : newSecret ? 'new' : null;
      if (newSecret && secret !== undefined) throw new StartError('give --new-secret or --secret, not both');
      if (url === null && wish === null) {
        throw new StartError('say what to change: --url, --new-secret or --secret');
      }
      const hours = parseHours(keep);
      const changed = await (await openWebhooks(cli)).change(name, url, wish, hours);
      print(`changed ${name}`);
      if (changed === null) return;
      print(`secret     ${changed}`);
      print(`\nIt is not shown again. The one before it signs as well for ${plural(hours, 'hour')}.`);
    });
}

function parseHours(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new StartError(`--keep ${text} is no whole number of hours up to 9999`);
}
