/** Prints a Markdown table: what the terminal shows goes into docs/benchmarks.md as it is. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const print = (cells: readonly string[]) => {
    console.log(`| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  };
  print(head);
  print(widths.map((width) => '-'.repeat(width)));
  for (const row of rows) print(row);
  console.log('');
}
