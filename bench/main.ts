import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMain, type Shutdown } from '#platform';
import { runAppendSuite } from './append/append-suite.js';
import { runRestSuite } from './rest/rest-suite.js';
import { BenchServer } from './bench-server.js';
import type { BenchRun } from './bench-run.js';
import { runConsumersSuite } from './consumers/consumers-suite.js';
import { runCrowdSuite, runExpirySuite } from './expiry/expiry-suite.js';
import { runInboundSuite } from './inbound/inbound-suite.js';
import { describeMachine } from './machine.js';
import { drawProfiles } from './profile/draw-profiles.js';
import { readOptions } from './read-options.js';
import { runParticipantsSuite } from './participants/participants-suite.js';
import { runPoolerSuite } from './pooler/pooler-suite.js';
import { runRebuildSuite } from './rebuild/rebuild-suite.js';
import { runScaleOutSuite } from './scale-out/scale-out-suite.js';
import { runScaleSuite } from './scale/scale-suite.js';
import { runStartSuite } from './start/start-suite.js';

const suites: Record<string, (run: BenchRun) => Promise<void>> = {
  append: runAppendSuite,
  rest: runRestSuite,
  expiry: runExpirySuite,
  crowd: runCrowdSuite,
  inbound: runInboundSuite,
  consumers: runConsumersSuite,
  scale: runScaleSuite,
  'scale-out': runScaleOutSuite,
  pooler: runPoolerSuite,
  participants: runParticipantsSuite,
  rebuild: runRebuildSuite,
  start: runStartSuite,
};
/** The others take a while, or compare with nobody. */
const usual = ['append', 'rest', 'expiry'];

/** Measures in one run, beside their rivals, what design and documentation promise. Prints Markdown. */
async function main(shutdown: Shutdown): Promise<void> {
  const { suites: chosen, ...options } = readOptions(Object.keys(suites), usual);
  const directory = await mkdtemp(join(tmpdir(), 'maskline-bench-'));
  await chmod(directory, 0o755); // PostgreSQL may have to run as another user
  shutdown.add('the temporary files', () => rm(directory, { recursive: true, force: true, maxRetries: 10 }));
  const machine = describeMachine(directory);
  const server = await BenchServer.start(join(directory, 'postgres'), shutdown);
  const run: BenchRun = {
    server,
    shutdown,
    directory,
    ...options,
  };

  for (const line of [...machine, ...(await server.describe())]) console.log(`- ${line}`);
  console.log(
    `- ${run.rounds} rounds of ${run.seconds} s, contenders in rotating order; median (min – max)\n`,
  );
  for (const name of chosen) await suites[name]?.(run);
  if (run.profile !== null) await drawProfiles(run.profile);
  await shutdown.stop();
}

await runMain(main);
