/** Knows which methods a path answers to, so that a wrong one is told apart from a wrong path. */
export class RouteTable {
  readonly #routes: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = [];

  /** `template` is a route in Fastify's spelling, `/v1/Services/:serviceSid`. */
  add(template: string, methods: string | readonly string[]): void {
    this.#routes.push({ segments: segmentsOf(template), methods: [methods].flat() });
  }

  methodsOf(path: string): string[] {
    const segments = segmentsOf(path);
    const found = this.#routes.filter((route) => matches(route.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => methods))].sort();
  }
}

/** The parts of a path, decoded one by one as the router reads them: `/%76%31/x` is `/v1/x`. */
export function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/').map(decode);
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matches(template: readonly string[], path: readonly string[]): boolean {
  if (template.length !== path.length) return false;
  return template.every((segment, i) => segment === path[i] || (segment.startsWith(':') && path[i] !== ''));
}
