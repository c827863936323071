import { readFile } from 'node:fs/promises';
import { z } from 'zod';

export interface Instruction {
  readonly keyword: string;
  readonly words: readonly string[];
}

export interface Stage {
  readonly name: string | null;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

export interface Copy {
  /** The stage that is copied from, or null for the files of the checkout. */
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

/** The stages of a Dockerfile: the part of its syntax that ours uses, no ARG, no heredoc. */
export async function readDockerfile(path: string): Promise<Stage[]> {
  const lines = (await readFile(path, 'utf8'))
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

  const stages: { name: string | null; image: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [keyword = '', ...words] = line.split(/\s+/);
    if (keyword === 'FROM') {
      const [image = '', as, name] = words;
      stages.push({ image, name: as === 'AS' && name !== undefined ? name : null, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${keyword} stands before the first FROM`);
      stage.instructions.push({ keyword, words });
    }
  }
  return stages;
}

/** The last instruction of a kind wins, as in Docker. */
export function lastOf(stage: Stage, keyword: string): Instruction {
  const found = stage.instructions.findLast((instruction) => instruction.keyword === keyword);
  if (found === undefined) throw new Error(`the stage has no ${keyword}`);
  return found;
}

export function copiesOf(stage: Stage): Copy[] {
  return stage.instructions
    .filter(({ keyword }) => keyword === 'COPY')
    .map(({ words }) => {
      const paths = words.filter((word) => !word.startsWith('--'));
      const from = words.find((word) => word.startsWith('--from='));
      return {
        from: from?.slice('--from='.length) ?? null,
        sources: paths.slice(0, -1),
        target: paths.at(-1) ?? '',
      };
    });
}

export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions
    .filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ words }) => words)
    .map((word): [string, string] => {
      const equals = word.indexOf('=');
      return [word.slice(0, equals), word.slice(equals + 1)];
    });
  return Object.fromEntries(pairs);
}

/** The command of an instruction in exec form, which needs no shell: CMD ["node", "…"]. */
export function commandOf({ words }: Instruction): [string, ...string[]] {
  const text = words.join(' ');
  const json: unknown = JSON.parse(text.slice(text.indexOf('[')));
  return z.tuple([z.string()], z.string()).parse(json);
}
