import type * as InspectorModule from "node:inspector";
import { createRequire } from "node:module";
import type { Session } from "node:inspector";

/** Where V8 says that a function is. Lines and columns count from 0 and from where the script begins in its file. */
export interface Location {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
}

/** What V8 knows about a function that the language does not show. */
export type Inside =
  | { readonly kind: "source"; readonly location: Location }
  | { readonly kind: "bound"; readonly target: object; readonly self: unknown; readonly args: readonly unknown[] }
  | { readonly kind: "native" };

/** The variables of a scope around a function, with their real values. */
export class Variables {
  /** What V8 calls it: `Module`, `Script` (global `let` and `const`), `Closure (name)`, `Block`, … */
  readonly description: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(description: string, values: Readonly<Record<string, unknown>>) {
    this.description = description;
    this.#values = values;
  }

  get names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** `[value]`; undefined if there is no such variable, or if it has no value yet. */
  read(name: string): readonly [unknown] | undefined {
    try {
      return Object.hasOwn(this.#values, name) ? [this.#values[name]] : undefined;
    } catch {
      // Newer engines throw for a `let`, `const` or `class` whose declaration has not run yet.
      return undefined;
    }
  }
}

export interface ScriptSource {
  readonly id: string;
  /** As the loader named it: usually a file URL, sometimes a path, empty for code made by `eval` and the like. */
  readonly url: string;
  readonly isModule: boolean;
  readonly text: string;
  /** Where the text begins in the file. */
  readonly startLine: number;
  readonly startColumn: number;
}

interface RemoteObject {
  readonly objectId?: string;
}
interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
  readonly isModule?: boolean;
  readonly startLine: number;
  readonly startColumn: number;
}

const probe = (): undefined => undefined;

const GROUP = "networkspaces";
const MAILBOX = Symbol.for("networkspaces.shipping.mailbox");
const MAILBOX_SOURCE = `globalThis[Symbol.for("networkspaces.shipping.mailbox")]`;

/**
 * V8's inspector, attached to the very thread that asks. `post` runs its callback before it returns, so whatever is read
 * between two statements belongs to one moment.
 */
export class Inspector {
  readonly #session: Session;
  readonly #scripts = new Map<string, ScriptSource>();
  /** What was found out within the current `look`. */
  readonly #looked = new Map<object, ReadonlyMap<string, RemoteObject>>();
  /** How objects get to the inspector's side and back. */
  readonly #mailbox: { object?: unknown; take?: (value: unknown) => void; values?: unknown } = {};

  /** The inspector of this thread; undefined where there is none (other runtimes, `--permission`). */
  static open(): Inspector | undefined {
    try {
      const { Session } = createRequire(import.meta.url)("node:inspector") as typeof InspectorModule;
      const session = new Session();
      session.connect();
      const inspector = new Inspector(session);
      // Bun and Deno have a part of it: one that cannot look into a function is none.
      return inspector.look(() => inspector.inside(probe)).kind === "source" ? inspector : undefined;
    } catch {
      return undefined;
    }
  }

  private constructor(session: Session) {
    this.#session = session;
    Object.defineProperty(globalThis, MAILBOX, { value: this.#mailbox, configurable: true });
  }

  /** Runs `look`, and forgets what it made V8 hold for it. */
  look<T>(look: () => T): T {
    Object.defineProperty(globalThis, MAILBOX, { value: this.#mailbox, configurable: true });
    try {
      return look();
    } finally {
      delete this.#mailbox.object;
      delete this.#mailbox.take;
      this.#looked.clear();
      this.#post("Runtime.releaseObjectGroup", { objectGroup: GROUP });
    }
  }

  /** Must be called within `look`. */
  inside(fn: object): Inside {
    const slots = this.#slots(fn);
    const bound = slots.get("[[TargetFunction]]");
    if (bound !== undefined) {
      const args = this.#value(slots.get("[[BoundArgs]]")) as readonly unknown[];
      return {
        kind: "bound",
        target: this.#value(bound) as object,
        self: this.#value(slots.get("[[BoundThis]]")),
        args,
      };
    }
    const location = slots.get("[[FunctionLocation]]") as
      { readonly value: { scriptId: string; lineNumber: number; columnNumber: number } } | undefined;
    if (location === undefined) {
      return { kind: "native" };
    }
    const { scriptId, lineNumber, columnNumber } = location.value;
    return { kind: "source", location: { scriptId, line: lineNumber, column: columnNumber } };
  }

  /** The scopes around a function that have variables, innermost first, the global object left out. Within `look`. */
  scopes(fn: object): readonly Variables[] {
    const list = this.#value(this.#slots(fn).get("[[Scopes]]")) as ArrayLike<{
      readonly description: string;
      readonly object: Readonly<Record<string, unknown>>;
    }>;
    return Array.from(list)
      .filter(({ object }) => object !== (globalThis as unknown))
      .map(({ description, object }) => new Variables(description, object));
  }

  /** The values of an object's private fields, in the order in which they came to be. Within `look`. */
  privateFields(object: object): readonly { readonly name: string; readonly value: unknown }[] {
    const { privateProperties = [] } = this.#properties(object) as {
      privateProperties?: readonly { name: string; value?: RemoteObject & { value?: unknown } }[];
    };
    return privateProperties.flatMap(({ name, value }) =>
      value === undefined ? [] : [{ name, value: this.#value(value) }],
    );
  }

  /** Sets private fields of an object. Throws if the object has no such field, or two of that name. Within `look`. */
  setPrivateFields(object: object, fields: readonly (readonly [name: string, value: unknown])[]): void {
    this.#mailbox.object = object;
    this.#mailbox.values = fields.map(([, value]) => value);
    const statements = fields.map(
      ([name], index) => `${MAILBOX_SOURCE}.object.${name} = ${MAILBOX_SOURCE}.values[${index}];`,
    );
    // Only the console's mode may; it answers later, but it has run when this returns.
    this.#post("Runtime.evaluate", {
      expression: `${statements.join(" ")} ${MAILBOX_SOURCE}.values = undefined;`,
      replMode: true,
    });
    if (this.#mailbox.values !== undefined) {
      delete this.#mailbox.values;
      const names = fields.map(([name]) => name).join(", ");
      throw new Error(`the private fields ${names} of an instance of ${object.constructor.name} cannot be set`);
    }
  }

  /** A script that is known already, by its URL. */
  loadedScript(url: string): ScriptSource | undefined {
    for (const script of this.#scripts.values()) {
      if (script.url === url) {
        return script;
      }
    }
    return undefined;
  }

  script(id: string): ScriptSource {
    if (!this.#scripts.has(id)) {
      this.readScripts(id);
    }
    return this.#scripts.get(id)!;
  }

  /**
   * Reads the texts of `wanted` and of all of the user's own files, and keeps them. The debugger is on only meanwhile,
   * because `await` is ten times slower while it is; to turn it on the first time takes 25 to 50 ms.
   */
  readScripts(wanted?: string): void {
    const parsed: ScriptParsed[] = [];
    const listen = (message: { params: object }): void => {
      parsed.push(message.params as ScriptParsed);
    };
    this.#session.on("Debugger.scriptParsed", listen);
    this.#post("Debugger.enable");
    try {
      for (const { scriptId: id, url, isModule = false, startLine, startColumn } of parsed) {
        if (!this.#scripts.has(id) && (id === wanted || isOwnFile(url))) {
          const { scriptSource: text } = this.#post("Debugger.getScriptSource", { scriptId: id }) as {
            scriptSource: string;
          };
          this.#scripts.set(id, { id, url, isModule, text, startLine, startColumn });
        }
      }
    } finally {
      this.#session.off("Debugger.scriptParsed", listen);
      this.#post("Debugger.disable");
    }
  }

  #slots(fn: object): ReadonlyMap<string, RemoteObject> {
    let slots = this.#looked.get(fn);
    if (slots === undefined) {
      const { internalProperties = [] } = this.#properties(fn) as {
        internalProperties?: readonly { name: string; value: RemoteObject }[];
      };
      slots = new Map(internalProperties.map(({ name, value }) => [name, value]));
      this.#looked.set(fn, slots);
    }
    return slots;
  }

  #properties(object: object): object {
    this.#mailbox.object = object;
    const expression = `${MAILBOX_SOURCE}.object`;
    const { result } = this.#post("Runtime.evaluate", { expression, objectGroup: GROUP }) as { result: RemoteObject };
    return this.#post("Runtime.getProperties", { objectId: result.objectId, ownProperties: true });
  }

  /** The real value behind what the inspector shows. */
  #value(
    remote: (RemoteObject & { readonly value?: unknown; readonly unserializableValue?: string }) | undefined,
  ): unknown {
    if (remote?.objectId === undefined) {
      return remote?.unserializableValue === undefined ? remote?.value : primitive(remote.unserializableValue);
    }
    let taken: unknown;
    this.#mailbox.take = (value) => {
      taken = value;
    };
    const functionDeclaration = `function () { "use strict"; ${MAILBOX_SOURCE}.take(this); }`;
    this.#post("Runtime.callFunctionOn", { objectId: remote.objectId, functionDeclaration });
    return taken;
  }

  #post(method: string, params: object = {}): object {
    let answer: object = {};
    let failure: unknown;
    const post = this.#session.post.bind(this.#session) as (
      method: string,
      params: object,
      done: (error: unknown, result: object) => void,
    ) => void;
    post(method, params, (error, result) => {
      failure = error;
      answer = result;
    });
    if (failure !== null && failure !== undefined) {
      throw new Error(`the inspector refused ${method}: ${JSON.stringify(failure)}`);
    }
    return answer;
  }
}

/** Whether a script is worth keeping without being asked for. */
function isOwnFile(url: string): boolean {
  return url !== "" && !url.startsWith("node:") && !url.includes("/node_modules/");
}

/** `-0`, `NaN`, `Infinity` and bigints are shown as texts. */
function primitive(text: string): unknown {
  return text.endsWith("n") ? BigInt(text.slice(0, -1)) : Number(text);
}
