import type { Login } from '#testing';

/** Stands in what is generated for the mark of the account that will send it. */
export const MARK = '{mark}';

/** A thing of an account, with what leads to it. */
export interface Resource {
  /** The path parameter that it fills. */
  readonly kind: string;
  readonly sid: string;
  readonly name: string | null;
  /** What it is below of, if anything. */
  readonly parent: Resource | null;
  /** A participant who was removed is still shown, and nothing else. */
  readonly isRemoved?: true;
}

/** What is of this kind on the way to a resource, itself included. */
export function onTheWayTo(resource: Resource | null, kind: string): Resource | null {
  for (let at = resource; at !== null; at = at.parent) if (at.kind === kind) return at;
  return null;
}

/** An account of one lane: all that is known of it comes from the answers to its own requests. */
export class Tenant {
  /** By the name of the path parameter that they fill: what is there, and what was. */
  readonly live = new Map<string, Resource[]>();
  readonly gone = new Map<string, Resource[]>();
  readonly tokens: string[] = [];
  /** The SIDs of the numbers and short codes that it has at its carrier, whatever pool they are in. */
  readonly phoneNumbers: string[] = [];
  readonly shortCodes: string[] = [];
  /** How many numbers it was given to settle with. */
  settled = 0;

  constructor(
    readonly login: Login,
    /** Stands in every text that the account sends, and nowhere else in the world. */
    readonly mark: string,
    /** Stand in every phone number that it knows, in the place where those of others have theirs. */
    readonly digits: string,
  ) {}

  add(resource: Resource): void {
    const { kind, sid } = resource;
    listOf(this.live, kind).push(resource);
    // A number may come back to a pool that it was in.
    this.gone.set(
      kind,
      listOf(this.gone, kind).filter((one) => one.sid !== sid),
    );
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

  change(kind: string, sid: string, change: Partial<Pick<Resource, 'name' | 'isRemoved'>>): void {
    const resources = listOf(this.live, kind);
    const at = resources.findIndex((one) => one.sid === sid);
    const resource = resources[at];
    if (resource !== undefined) resources[at] = { ...resource, ...change };
  }

  find(kind: string, sid: string): Resource | null {
    return this.live.get(kind)?.find((one) => one.sid === sid) ?? null;
  }

  /** Whether there is one that can be used, as far as is known. */
  has(kind: string): boolean {
    return (this.live.get(kind) ?? []).some((one) => this.#isActive(one));
  }

  #isActive({ kind, sid, parent }: Resource): boolean {
    return this.find(kind, sid)?.isRemoved !== true && (parent === null || this.#isActive(parent));
  }
}

function listOf(lists: Map<string, Resource[]>, key: string): Resource[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

const SIDS = /(?:K[SCPI]|PN|SC|SM|MM)[0-9a-f]{32}/g;
/** With the digits of one account, as they are filled in for `{phones}`. */
const PHONES = /\+1(?:500555|4142)[1-3]\d\d{2,5}/g;
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
      ...(answer.match(PHONES) ?? []),
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
