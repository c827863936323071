import { cp, mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { copiesOf, lastOf, type Stage } from './dockerfile.js';

/**
 * A directory with what the last stage of the Dockerfile holds: its COPY instructions, done. What the Dockerfile forgets
 * is missing here as well. Only the packages are links, since installing them needs a network.
 */
export async function layOutImage(stages: readonly Stage[], image: Stage): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'maskline-image-'));
  for (const { from, sources, target } of copiesOf(image)) {
    const stage = from === null ? undefined : stages.find(({ name }) => name === from);
    for (const source of sources) {
      // What an earlier stage makes in its working directory, a build makes in the checkout.
      const path = stage === undefined ? source : relative(lastOf(stage, 'WORKDIR').words.join(' '), source);
      const place = target.endsWith('/') ? join(directory, target, basename(path)) : join(directory, target);
      if (path === 'node_modules') await linkProductionPackages(place);
      else await cp(path, place, { recursive: true });
    }
  }
  return directory;
}

/** `npm ci --omit=dev --omit=optional`, as links: a program that imports another package finds none. */
async function linkProductionPackages(target: string): Promise<void> {
  const lock = z.object({ packages: z.record(z.string(), z.record(z.string(), z.unknown())) });
  const { packages } = lock.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  for (const [path, flags] of Object.entries(packages)) {
    const isTop = path.startsWith('node_modules/') && path.indexOf('node_modules/', 1) === -1;
    if (!isTop || flags['dev'] === true || flags['optional'] === true || flags['devOptional'] === true)
      continue;
    const link = join(target, relative('node_modules', path));
    await mkdir(dirname(link), { recursive: true });
    await symlink(resolve(path), link);
  }
}
