import type { Inspector, Variables } from "../inspector.ts";
import type { Script } from "./scripts.ts";

/** The variables of files as they are at the moment of one capture. Any function of a file shows all of them. */
export class ModuleValues {
  readonly #inspector: Inspector;
  readonly #scopes = new Map<Script, readonly Variables[]>();

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** `[value]` of a file's variable as seen by `fn`, a function of that file; undefined if it has none (yet). */
  read(script: Script, name: string, fn: object): readonly [unknown] | undefined {
    for (const scope of this.#scopesOf(script, fn)) {
      const value = scope.read(name);
      if (value !== undefined) {
        return value;
      }
    }
    // `var` and functions of a script that is no module belong to the global object.
    return script.source.isModule || !Object.hasOwn(globalThis, name)
      ? undefined
      : [(globalThis as Readonly<Record<string, unknown>>)[name]];
  }

  /** All objects that the file's variables hold. Imported ones are among them. */
  *objects(script: Script, fn: object): Generator<readonly [name: string, value: object]> {
    const seen = new Set<string>();
    for (const scope of this.#scopesOf(script, fn)) {
      for (const name of scope.names) {
        const value = seen.has(name) ? undefined : scope.read(name)?.[0];
        seen.add(name);
        if ((typeof value === "object" && value !== null) || typeof value === "function") {
          yield [name, value];
        }
      }
    }
  }

  /** Outermost first: a function's own surroundings may use a name again. */
  #scopesOf(script: Script, fn: object): readonly Variables[] {
    let scopes = this.#scopes.get(script);
    if (scopes === undefined) {
      const isTop = (scope: Variables): boolean =>
        (script.isLine && !isOfFile(scope)) || scope.names.some((name) => script.parsed.topName(name) !== undefined);
      const all = this.#inspector.scopes(fn).toReversed();
      // Global `let` and `const` come last: V8 has them around everything.
      const ranked = [...all.filter(isOfFile), ...all.filter((each) => !isOfFile(each))];
      scopes = script.source.isModule
        ? ranked.filter(({ description }) => description === "Module")
        : ranked.filter(isTop);
      this.#scopes.set(script, scopes);
    }
    return scopes;
  }
}

function isOfFile({ description }: Variables): boolean {
  return description !== "Script";
}
