// Builds dist when it is not what the sources say; `node scripts/build.mjs --force` builds in any case.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** Holds the hash of the sources of a finished build. It is the first to go and the last to come. */
const stamp = join(dist, '.built-from');
const lock = join(dist, '.building');

/** What the compiler knows of its last run. Without it everything is written anew. */
const memory = join(dist, '.tsbuildinfo');

/** What a build depends on; the lock file stands for the packages. */
const inputs = ['apps', 'libs', 'examples', 'bench', 'package.json', 'package-lock.json', 'nest-cli.json'];
inputs.push('tsconfig.json', 'tsconfig.build.json');

export async function build({ force = false } = {}) {
  // Without the lock, so that a built checkout also runs for those who may not write to it.
  if (!force && isBuiltFrom(hashOf(inputs))) return;
  try {
    mkdirSync(dist, { recursive: true });
    await takeLock();
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    console.error(`maskline: the sources have changed and ${dist} cannot be written to`);
    process.exit(1);
  }
  try {
    const sources = hashOf(inputs);
    // Whoever had the lock before may have built it.
    if (!force && isBuiltFrom(sources)) return;
    rmSync(stamp, { force: true });
    if (force) rmSync(memory, { force: true });
    const started = Date.now();
    console.error('building …');
    compile();
    removeStale();
    writeFileSync(stamp, sources);
    console.error(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isBuiltFrom(sources) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
}

function compile() {
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error('the build failed');
    process.exit(1);
  }
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const file of paths.flatMap((path) => filesIn(join(root, path))).sort()) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Compiling leaves what a deleted source was compiled to, and Node would still find it. */
function removeStale() {
  for (const file of filesIn(dist)) {
    const source = join(root, relative(dist, file).replace(/\.js(\.map)?$/, '.ts'));
    if (/\.js(\.map)?$/.test(file) && !existsSync(source)) rmSync(file);
  }
}

/** A file itself, or every file below a directory; what npm has installed for an example is none of ours. */
function filesIn(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  const entries = readdirSync(path).filter(
    (entry) => entry !== 'node_modules' && entry !== 'package-lock.json',
  );
  return entries.flatMap((entry) => filesIn(join(path, entry)));
}

/** One build at a time. A lock whose holder died is taken over. */
async function takeLock() {
  while (!tryLock()) {
    const pid = holder();
    if (pid === null) continue;
    if (isRunning(pid) && !isStale()) await delay(100);
    else rmSync(lock, { force: true });
  }
}

/** The lock appears with its content: one that was left empty by a kill would say nothing of its holder. */
function tryLock() {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Null when the lock has just gone. */
function holder() {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return null;
  }
}

/** No build takes ten minutes: the pid in a lock that old is another program's by now. */
function isStale() {
  const taken = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - taken > 600_000;
}

function isRunning(pid) {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ force: process.argv.includes('--force') });
}
