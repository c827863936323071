import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '#platform';

const pages = ['.', 'docs', 'docs/adr', 'examples/session-journal', 'examples/webhook-receiver'].flatMap(
  (folder) =>
    readdirSync(join(packageRoot, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
);

/** Where the links of a page lead within the repository, without what is after #. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(packageRoot, page), 'utf8');
  return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target = '']) => target);
}

describe('a page of the documentation', () => {
  it.each(pages)('%s links to what is there', (page) => {
    const missing = linksOf(page).filter((target) => !existsSync(join(packageRoot, dirname(page), target)));
    expect(missing).toEqual([]);
  });
});
