import { checkMasterKey, Consumers, ConsumerWebhooks } from '#application';
import type { Cli } from './cli.js';
import { connectEventQueues } from './connect-queues.js';
import { connect } from './connect.js';
import { requireMasterKey } from './master-key.js';

export async function openConsumers(cli: Cli): Promise<Consumers> {
  return new Consumers(await connect(cli), await connectEventQueues(cli));
}

/** Only with the master key that the services have: what is sealed with another one they could not open. */
export async function openWebhooks(cli: Cli): Promise<ConsumerWebhooks> {
  const masterKey = requireMasterKey(cli.config);
  const database = await connect(cli);
  await checkMasterKey(database, masterKey);
  return new ConsumerWebhooks(database, new Consumers(database, await connectEventQueues(cli)), masterKey);
}
