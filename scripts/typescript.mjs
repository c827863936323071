// Lets Node run the TypeScript sources as they are: `node --import ./scripts/typescript.mjs file.ts`.
// For the test harness and our own scripts, which must not wait for a build; the product runs from dist.
import { transformFileSync } from '@swc/core';
import { existsSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const root = new URL('..', import.meta.url);

// Node calls the hooks below in a thread of their own, where this same file is loaded again.
if (isMainThread) register(import.meta.url);

export async function resolve(specifier, context, next) {
  const lib = /^#([\w-]+)$/.exec(specifier)?.[1];
  if (lib !== undefined) return { url: new URL(`libs/${lib}/src/index.ts`, root).href, shortCircuit: true };
  if (/^\.\.?\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(source)) return { url: source.href, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { code } = transformFileSync(fileURLToPath(url), { sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
