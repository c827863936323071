/** The part of V8's CPU profile that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds from each sample to the one before. */
  readonly timeDeltas: readonly number[];
}

/** A function as it was called from those above it, with all that it called. */
export interface Frame {
  readonly name: string;
  /** Where it stands; empty for the engine's own. */
  readonly place: string;
  /** Microseconds in it and in what it called. */
  total: number;
  readonly children: Map<string, Frame>;
}

/** What the process did while it was at work: waiting is left out, and calls of one function by another are one. */
export function callTree({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const self = new Map<number, number>();
  for (const [i, id] of samples.entries()) self.set(id, (self.get(id) ?? 0) + (timeDeltas[i] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root = newFrame('', '');
  const add = (id: number, into: Frame): number => {
    const node = byId.get(id);
    if (node === undefined || node.callFrame.functionName === '(idle)') return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const isRoot = functionName === '(root)';
    const frame = isRoot ? into : childOf(into, functionName || '(anonymous)', placeOf(url, lineNumber));
    let total = self.get(id) ?? 0;
    for (const child of node.children ?? []) total += add(child, frame);
    frame.total += total;
    return total;
  };
  const [first] = nodes;
  if (first !== undefined) add(first.id, root);
  return root;
}

function childOf(frame: Frame, name: string, place: string): Frame {
  const key = `${name} ${place}`;
  const known = frame.children.get(key) ?? newFrame(name, place);
  frame.children.set(key, known);
  return known;
}

function newFrame(name: string, place: string): Frame {
  return { name, place, total: 0, children: new Map() };
}

/** The file within the project or its package, and the line. */
function placeOf(url: string, line: number): string {
  if (url === '') return '';
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(?:node_modules|dist)\//, '');
  return `${file}:${line + 1}`;
}
