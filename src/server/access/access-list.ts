import { Principal, type PrincipalFacts } from "./principal.ts";
import type { ScramRecord } from "./scram-record.ts";

/** Somebody who may come in, and how he is known. */
export interface AccessEntry extends PrincipalFacts {
  /** By a token whose id is `id`. */
  readonly scram?: ScramRecord;
  /** By a client certificate: its SHA-256 in hexadecimal digits. */
  readonly certificate?: string;
}

interface Known {
  readonly entry: AccessEntry;
  readonly principal: Principal;
}

/** Who may come in. Times are those of `Date.now()`. */
export class AccessList {
  /** Makes the list as it is by now where it is kept. Never rejects. Undefined: it is kept nowhere else. */
  refresh: (() => Promise<void>) | undefined;
  readonly #now: () => number;
  readonly #own = new Map<string, Known>();
  #listed = new Map<string, Known>();
  #byCertificate = new Map<string, Known>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Somebody beside those on the list, for as long as this runs. */
  add(entry: AccessEntry): void {
    this.#own.set(entry.id, { entry, principal: new Principal(entry) });
  }

  /** From now on these, and no others, are on the list. */
  replace(entries: Iterable<AccessEntry>): void {
    this.#listed = new Map();
    this.#byCertificate = new Map();
    for (const entry of entries) {
      const known = { entry, principal: new Principal(entry) };
      this.#listed.set(entry.id, known);
      if (entry.certificate !== undefined) {
        this.#byCertificate.set(entry.certificate, known);
      }
    }
  }

  /** Whoever comes right after he was put on the list is let in: undefined, or done when it has been looked whether somebody of this id is. */
  seek(id: string): Promise<void> | undefined {
    return this.#find(id) === undefined ? this.refresh?.() : undefined;
  }

  /** Likewise of a certificate. */
  seekCertificate(certificate: string): Promise<void> | undefined {
    return this.#byCertificate.has(certificate) ? undefined : this.refresh?.();
  }

  scramOf(id: string): ScramRecord | undefined {
    return this.#valid(this.#find(id))?.entry.scram;
  }

  principalOf(id: string): Principal | undefined {
    return this.#valid(this.#find(id))?.principal;
  }

  byCertificate(certificate: string): Principal | undefined {
    return this.#valid(this.#byCertificate.get(certificate))?.principal;
  }

  /** Whether somebody who came in as this may still do all that he might then. */
  isStillGood(principal: Principal): boolean {
    const now = this.principalOf(principal.id);
    return now !== undefined && rightsOf(now) === rightsOf(principal);
  }

  #find(id: string): Known | undefined {
    return this.#own.get(id) ?? this.#listed.get(id);
  }

  #valid(known: Known | undefined): Known | undefined {
    const expiresAt = known?.entry.expiresAt;
    return expiresAt !== undefined && expiresAt <= this.#now() ? undefined : known;
  }
}

function rightsOf({ role, workspaces, limits, expiresAt }: Principal): string {
  return JSON.stringify([role, workspaces, limits, expiresAt]);
}
