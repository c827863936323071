import type { Login } from '#testing';

/** Stands in what is generated for the mark of the account that will send it. */
export const MARK = '{mark}';

/** A thing of an account, with the path parameters that lead to it. */
export interface Resource {
  readonly sid: string;
  readonly name: string | null;
  /** What it is below of, if anything. */
  readonly parent: Resource | null;
}

/** An account of one lane: all that is known of it comes from the answers to its own requests. */
export class Tenant {
  /** By the name of the path parameter that they fill: what is there, and what was. */
  readonly live = new Map<string, Resource[]>();
  readonly gone = new Map<string, Resource[]>();
  readonly tokens: string[] = [];

  constructor(
    readonly login: Login,
    /** Stands in every text that the account sends, and nowhere else in the world. */
    readonly mark: string,
  ) {}

  add(parameter: string, resource: Resource): void {
    listOf(this.live, parameter).push(resource);
  }

  /** What is below goes as well. */
  remove(sid: string): void {
    // The latest will do.
    for (const [kind, gone] of this.forget(sid)) {
      this.gone.set(kind, [...listOf(this.gone, kind), ...gone].slice(-50));
    }
  }

  /** Answers what is not known any more, by kind. */
  forget(sid: string): Map<string, Resource[]> {
    const isBelow = (resource: Resource | null): boolean =>
      resource !== null && (resource.sid === sid || isBelow(resource.parent));
    const forgotten = new Map<string, Resource[]>();
    for (const [kind, resources] of this.live) {
      forgotten.set(kind, resources.filter(isBelow));
      this.live.set(
        kind,
        resources.filter((one) => !isBelow(one)),
      );
    }
    return forgotten;
  }

  rename(parameter: string, sid: string, name: string): void {
    const resources = listOf(this.live, parameter);
    const at = resources.findIndex((one) => one.sid === sid);
    const resource = resources[at];
    if (resource !== undefined) resources[at] = { ...resource, name };
  }

  find(parameter: string, sid: string): Resource | null {
    return this.live.get(parameter)?.find((one) => one.sid === sid) ?? null;
  }
}

function listOf(lists: Map<string, Resource[]>, key: string): Resource[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

const SIDS = /K[SC][0-9a-f]{32}/g;
const MARKS = /zq[0-9a-f]+l\d+a\d+z/gi;

/** Whose each SID and each mark is, over all lanes: what one account was shown, no other may ever see. */
export class Ownership {
  readonly #owners = new Map<string, Tenant>();

  constructor(tenants: readonly Tenant[]) {
    for (const tenant of tenants) {
      this.#owners.set(tenant.mark, tenant);
      this.#owners.set(tenant.login.username, tenant);
      this.#owners.set(tenant.login.password, tenant);
    }
  }

  /** What of others the answer shows, but for what its own request said. Learns whose everything else is. */
  foreignIn(answer: string, request: string, tenant: Tenant, isSuccess: boolean): string[] {
    const seen = new Set([
      ...(answer.match(SIDS) ?? []),
      ...(answer.match(MARKS) ?? []),
      ...(answer.match(/AC[0-9a-f]{32}/g) ?? []),
    ]);
    const foreign: string[] = [];
    for (const token of seen) {
      const owner = this.#owners.get(token);
      if (owner === tenant) continue;
      if (owner !== undefined) {
        if (!request.toLowerCase().includes(token.toLowerCase())) foreign.push(token);
      } else if (isSuccess) this.#owners.set(token, tenant);
    }
    return foreign;
  }
}
