/** Something that is measured beside others. */
export interface Contender<Cell, Figure> {
  readonly name: string;
  measure(cell: Cell): Promise<Figure>;
}

/** Figures of one cell: by contender, one for each round. */
export type Rounds<Figure> = ReadonlyMap<string, readonly Figure[]>;

/**
 * Measures every contender in every cell once a round, and each round another goes first: what else the machine does
 * while the run lasts meets all of them alike. Only figures of one run are compared.
 */
export async function interleave<Cell, Figure>(
  contenders: readonly Contender<Cell, Figure>[],
  cells: readonly Cell[],
  rounds: number,
): Promise<Rounds<Figure>[]> {
  const figures = cells.map(() => new Map(contenders.map(({ name }): [string, Figure[]] => [name, []])));
  for (let round = 0; round < rounds; round++) {
    for (const [i, cell] of cells.entries()) {
      for (const offset of contenders.keys()) {
        const contender = contenders[(round + offset) % contenders.length];
        if (contender === undefined) continue;
        figures[i]?.get(contender.name)?.push(await contender.measure(cell));
      }
    }
  }
  return figures;
}
