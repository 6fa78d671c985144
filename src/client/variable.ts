import type { Lease } from "./lease.ts";
import type { DeclareOptions, StoreOptions } from "./limits.ts";
import type { Mode } from "./mode.ts";
import type { WaitOptions } from "./session.ts";
import type { VariableIterator } from "./variable-iterator.ts";
import type { IterationOptions, LeaseOptions, ManyOptions, WorkspaceBase } from "./workspace-base.ts";

/**
 * One variable of a workspace, typed: the workspace's verbs without the name. Made by `ws.variable<T>(name, mode)`. If a
 * mode was given and the server refuses it, every operation rejects with that DeclarationError.
 */
export class Variable<T> {
  readonly name: string;
  readonly workspace: WorkspaceBase;
  readonly #declared: Promise<void>;
  /** Until the declaration is answered: what every operation waits for. */
  #undeclared: Promise<void> | undefined;

  /** @internal */
  constructor(workspace: WorkspaceBase, name: string, mode: Mode | undefined, options?: DeclareOptions) {
    this.workspace = workspace;
    this.name = name;
    this.#declared = mode === undefined ? Promise.resolve() : workspace.declare(name, mode, options);
    if (mode !== undefined) {
      this.#undeclared = this.#declared;
      this.#declared.then(
        () => (this.#undeclared = undefined),
        () => undefined,
      );
    }
  }

  /** Resolves when the variable has the mode that was asked for. Nobody needs to wait for this. */
  declared(): Promise<void> {
    return this.#declared;
  }

  /** Adds a value. Resolves when the server has it. */
  store(value: T, options?: StoreOptions): Promise<void> {
    return this.#then(() => this.workspace.store(this.name, value, options));
  }

  /** Adds several values, one after the other: all of them or, when it fails, none. */
  storeAll(values: Iterable<T>, options?: StoreOptions): Promise<void> {
    return this.#then(() => this.workspace.storeAll(this.name, values, options));
  }

  /** Takes a value; waits for one. */
  fetch(options: LeaseOptions): Promise<Lease<T>>;
  fetch(options?: WaitOptions & { readonly lease?: false }): Promise<T>;
  fetch(options?: WaitOptions & { readonly lease?: boolean | number }): Promise<unknown> {
    return this.#then(() => this.workspace.fetch(this.name, options as WaitOptions | undefined));
  }

  /** Takes a value if there is one; else resolves with `missing`. */
  fetchTry<M>(missing: M, options: LeaseOptions): Promise<Lease<T> | M>;
  fetchTry(): Promise<T | undefined>;
  fetchTry<M>(missing: M): Promise<T | M>;
  fetchTry(missing?: unknown, options?: LeaseOptions): Promise<unknown> {
    return this.#then(() => this.workspace.fetchTry(this.name, missing, options!));
  }

  /** Looks at a value, which stays; waits for one. */
  find(options?: WaitOptions): Promise<T> {
    return this.#then(() => this.workspace.find(this.name, options) as Promise<T>);
  }

  /** Looks at a value, which stays, if there is one; else resolves with `missing`. */
  findTry(): Promise<T | undefined>;
  findTry<M>(missing: M): Promise<T | M>;
  findTry(missing?: unknown): Promise<unknown> {
    return this.#then(() => this.workspace.findTry(this.name, missing));
  }

  /** Takes up to `max` values in one request; waits for the first. */
  fetchMany(options: ManyOptions & LeaseOptions): Promise<Lease<T>[]>;
  fetchMany(options?: ManyOptions & { readonly lease?: false }): Promise<T[]>;
  fetchMany(options?: ManyOptions & { readonly lease?: boolean | number }): Promise<unknown> {
    return this.#then(() => this.workspace.fetchMany(this.name, options as ManyOptions | undefined));
  }

  /** Takes up to `max` of the values that are there; the list is empty when there are none. */
  fetchTryMany(options: ManyOptions & LeaseOptions): Promise<Lease<T>[]>;
  fetchTryMany(options?: ManyOptions & { readonly lease?: false }): Promise<T[]>;
  fetchTryMany(options?: ManyOptions & { readonly lease?: boolean | number }): Promise<unknown> {
    return this.#then(() => this.workspace.fetchTryMany(this.name, options as ManyOptions | undefined));
  }

  /** Looks at all values in order and waits for more. */
  ifind(options?: IterationOptions): VariableIterator<T> {
    return this.workspace.ifind(this.name, options) as VariableIterator<T>;
  }

  /** Looks at all values in order and ends after the last. */
  ifindTry(options?: IterationOptions): VariableIterator<T> {
    return this.workspace.ifindTry(this.name, options) as VariableIterator<T>;
  }

  /** Takes the values one after the other and waits for more. */
  ifetch(options?: WaitOptions): VariableIterator<T> {
    return this.workspace.ifetch(this.name, options) as VariableIterator<T>;
  }

  /** Takes the values one after the other and ends after the last. */
  ifetchTry(options?: WaitOptions): VariableIterator<T> {
    return this.workspace.ifetchTry(this.name, options) as VariableIterator<T>;
  }

  /** Deletes the variable and its values. */
  delete(): Promise<void> {
    return this.#then(() => this.workspace.deleteVar(this.name));
  }

  /** Runs at once, or behind the declaration. */
  #then<R>(run: () => Promise<R>): Promise<R> {
    return this.#undeclared === undefined ? run() : this.#undeclared.then(run);
  }
}
