import Table from 'cli-table3';
import pc from 'picocolors';

// What people read, on standard output. Colours only where picocolors finds a terminal that wants them.

export function print(line = ''): void {
  console.log(line);
}

/** One JSON value a line, for other programs. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value));
}

export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const table = new Table({
    head: head.map((title) => pc.dim(title)),
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** 1234567 to `1,234,567`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** `3 events`, `1 event`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}
