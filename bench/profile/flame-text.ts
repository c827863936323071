import type { Frame } from './call-tree.js';

/** Of all the time at work: what takes less is left out, with what it calls. */
const LEAST = 0.015;
const BAR = 30;
const DEEPEST = 40;

/**
 * A call tree as a page of text: each line is a function below its caller, with its share of the time at work as a number and as a
 * bar. For where no picture is shown; `flameGraph` draws all of it.
 */
export function flameText(title: string, root: Frame): string {
  const lines: string[] = [];
  const tell = (frame: Frame, level: number): void => {
    const share = frame.total / root.total;
    if (share < LEAST || level > DEEPEST) return;
    if (level >= 0) {
      const bar = '█'.repeat(Math.max(1, Math.round(share * BAR))).padEnd(BAR);
      const percent = `${(100 * share).toFixed(1)} %`.padStart(7);
      lines.push(`${bar} ${percent} ${' '.repeat(level)}${frame.name} ${frame.place}`.trimEnd());
    }
    for (const child of [...frame.children.values()].sort((a, b) => b.total - a.total))
      tell(child, level + 1);
  };
  tell(root, -1);
  return `# ${title}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`;
}
