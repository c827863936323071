import type { KeyObject } from 'node:crypto';
import { DomainError } from '#domain';
import { changeWebhook, overloaded, readWebhook, type ConsumerStart, type Webhook } from '#event-store';
import { reachesHost, type Database } from '#platform';
import { isStorable, isWebhookSecret, newWebhookSecret } from '#wire';
import type { Consumers } from '../consumers/consumers.js';
import { requireConsumer } from '../consumers/require-consumer.js';
import { openWebhookSecret, sealWebhookSecret } from './webhook-secrets.js';

/** `new` for one that is made here; null for the one that there is. */
export type SecretWish = { readonly own: string } | 'new' | null;

const LONGEST_URL = 2048;
/** As often another change of the secret may be quicker. */
const MAX_RACES = 4;

/** Consumers that are told of events at a URL: registered, and given another URL or secret. */
export class ConsumerWebhooks {
  constructor(
    private readonly database: Database,
    private readonly consumers: Consumers,
    private readonly masterKey: KeyObject,
  ) {}

  /** Answers the secret that it is signed with, which nobody is shown again. */
  async add(
    name: string,
    types: readonly string[] | null,
    start: ConsumerStart,
    { url, ...webhook }: Webhook,
    wish: Exclude<SecretWish, null>,
  ): Promise<string> {
    const secret = chosenSecret(wish);
    const sealed = sealWebhookSecret(this.masterKey, name, secret);
    await this.consumers.add(name, types, start, { ...webhook, url: webhookUrl(url), secret: sealed });
    return secret;
  }

  /**
   * The secret before a new one signs as well for so many hours. Answers the new one, null where it stays. One's own may be sent again:
   * it takes the place of another secret, never of itself.
   */
  async change(name: string, url: string | null, wish: SecretWish, hours: number): Promise<string | null> {
    const wanted = url === null ? null : webhookUrl(url);
    const chosen = wish === null ? null : chosenSecret(wish);
    for (let race = 0; race < MAX_RACES; race++) {
      const settings = await readWebhook(
        this.database.reads,
        await requireConsumer(this.database.reads, name),
      );
      if (settings === null) {
        throw new DomainError('consumer-invalid', `${name} is no webhook: it has a program of its own`);
      }
      const [instead] = settings.secrets;
      const isNew = chosen !== null && openWebhookSecret(this.masterKey, name, instead) !== chosen;
      const secret = isNew ? { value: sealWebhookSecret(this.masterKey, name, chosen), instead } : null;
      if (await changeWebhook(this.database.reads, name, { url: wanted, secret }, hours)) return chosen;
    }
    throw overloaded(`others are changing ${name}: nothing was done`);
  }
}

/** Where events go: in plain HTTP only to this machine or a network of one's own. Errors do not repeat it: it may hold a login. */
function webhookUrl(text: string): string {
  if (text.length > LONGEST_URL) throw invalid(`it is longer than ${LONGEST_URL} characters`);
  const url = URL.canParse(text) && isStorable(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw invalid('it is no http or https URL');
  // Addresses of clouds' metadata and the like are never called.
  if (!reachesHost('private', text)) throw invalid('it leads where nothing is ever told');
  if (url.protocol === 'http:' && reachesHost('public', text)) {
    throw invalid('it must be an https URL, for what is told would be readable on its way');
  }
  return text;
}

function invalid(why: string): DomainError {
  return new DomainError('consumer-invalid', `the URL cannot be a webhook: ${why}`);
}

function chosenSecret(wish: Exclude<SecretWish, null>): string {
  if (wish === 'new') return newWebhookSecret();
  if (isWebhookSecret(wish.own)) return wish.own;
  throw new DomainError('consumer-invalid', 'a secret must be whsec_ and 24 to 64 bytes in base64');
}
