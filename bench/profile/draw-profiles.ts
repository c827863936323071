import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { callTree, type CpuProfile } from './call-tree.js';
import { flameGraph } from './flame-graph.js';
import { flameText } from './flame-text.js';

/** Draws every CPU profile of a directory, each beside itself, as a picture and as a page of text. */
export async function drawProfiles(directory: string): Promise<void> {
  for (const file of await readdir(directory)) {
    if (!file.endsWith('.cpuprofile')) continue;
    // V8 wrote it.
    const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as CpuProfile;
    const tree = callTree(profile);
    const title = `Node at work, ${(tree.total / 1_000_000).toFixed(1)} s; wider is longer`;
    const beside = (ending: string) => join(directory, file.replace(/cpuprofile$/, ending));
    await writeFile(beside('svg'), flameGraph(title, tree));
    await writeFile(beside('md'), flameText(title, tree));
  }
}
