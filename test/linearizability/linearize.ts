/** A call and its answer, by one clock: it took effect at some moment in between, if ever. */
export interface Operation {
  readonly invoked: number;
  readonly returned: number;
}

export interface Model<State, Op extends Operation> {
  readonly initial: State;
  /** Every state that the operation, with the answer it had, may lead to; none when it cannot have had that answer. */
  step(state: State, operation: Op): readonly State[];
  /** Equal for states that have the same future. */
  keyOf(state: State): string;
}

export interface Verdict<Op> {
  readonly isLinearizable: boolean;
  /** An order in which all of them may have taken effect, or as much of one as could be found. */
  readonly order: readonly Op[];
}

/**
 * Whether the operations may have taken effect one after the other, each between its call and its answer. The search of
 * Wing and Gong: whatever was called before anything that is left was answered may be next. What is left and the state
 * decide how it goes on, so no such pair is tried twice (Lowe).
 */
export function linearize<State, Op extends Operation>(
  history: readonly Op[],
  model: Model<State, Op>,
): Verdict<Op> {
  const byCall = [...history].sort((a, b) => a.invoked - b.invoked);
  const tried = new Set<string>();
  let longest: readonly Op[] = [];

  const search = (left: readonly number[], state: State, order: readonly Op[]): readonly Op[] | null => {
    if (order.length > longest.length) longest = order;
    if (left.length === 0) return order;
    const pair = `${left.join()} ${model.keyOf(state)}`;
    if (tried.has(pair)) return null;
    tried.add(pair);
    const firstAnswer = Math.min(...left.map((i) => byCall[i]?.returned ?? Infinity));
    for (const i of left) {
      const operation = byCall[i];
      // They are in the order of their calls: those that follow come later still.
      if (operation === undefined || operation.invoked > firstAnswer) break;
      const others = left.filter((other) => other !== i);
      for (const next of model.step(state, operation)) {
        const found = search(others, next, [...order, operation]);
        if (found !== null) return found;
      }
    }
    return null;
  };

  const order = search([...byCall.keys()], model.initial, []);
  return { isLinearizable: order !== null, order: order ?? longest };
}
