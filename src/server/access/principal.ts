import { fits } from "./glob.ts";
import { type Role, roles } from "./role.ts";
import type { TokenLimits } from "./token-limits.ts";

export interface PrincipalFacts {
  /** Names it among all: the id of its token, or one of this server's own. */
  readonly id: string;
  /** What people call it, for listings and the audit log. */
  readonly name: string;
  readonly role: Role;
  /** Patterns of names of workspaces, as byte strings (see `fits`). */
  readonly workspaces: readonly string[];
  /** As `Date.now()`; undefined: never. */
  readonly expiresAt?: number | undefined;
  /** For all that come in as this, together. Default: none. */
  readonly limits?: TokenLimits | undefined;
}

/** Somebody whom the server knows, and what he may do. */
export class Principal {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly workspaces: readonly string[];
  readonly expiresAt: number | undefined;
  readonly limits: TokenLimits | undefined;
  readonly #rank: number;

  constructor({ id, name, role, workspaces, expiresAt, limits }: PrincipalFacts) {
    this.id = id;
    this.name = name;
    this.role = role;
    this.workspaces = workspaces;
    this.expiresAt = expiresAt;
    this.limits = limits;
    this.#rank = roles.indexOf(role);
  }

  may(role: Role): boolean {
    return this.#rank >= roles.indexOf(role);
  }

  /** Whether the workspace of this name is his to use at all. */
  sees(workspace: string): boolean {
    return this.workspaces.some((pattern) => fits(pattern, workspace));
  }

  /** Whether all workspaces are. */
  get seesAll(): boolean {
    return this.workspaces.includes("*");
  }
}

/** Why somebody who may only look is refused what changes something. */
export function notForReaders({ name }: Principal): string {
  return `'${name}' may look and change nothing (its role is 'read')`;
}

/** Why somebody who is no administrator is refused what only these may do. */
export function notForUsers({ name, role }: Principal): string {
  return `'${name}' is no administrator (its role is '${role}')`;
}

/** Whoever may do everything: the user whom the server belongs to, and where nobody is asked, everybody. */
export const owner = new Principal({ id: "owner", name: "owner", role: "admin", workspaces: ["*"] });

/** A client on this machine that nobody knows, where the operator lets such clients in. */
export const local = new Principal({ id: "local", name: "local", role: "use", workspaces: ["*"] });
