import { ShippingError } from "./errors.ts";

/** Any function or class. */
export type AnyFunction = (...args: never[]) => unknown;

/** How a function travels whose source is not looked at, or not by the inspector. */
export type Mark =
  | { readonly kind: "named"; readonly url: string; readonly name: string }
  | {
      readonly kind: "explicit";
      readonly captures: Readonly<Record<string, unknown>>;
      readonly imports: Readonly<Record<string, string>>;
    };

/** The functions that `ref` made and `explicit` was told about. */
export const marked = new WeakMap<object, Mark>();

/**
 * Names a function instead of sending it: workers import the file `url` (usually `import.meta.url`) and use its export
 * `name`. The file must be there, under the same path, and a worker must be able to load it. Its variables are those of
 * the file on the worker, and never the master's.
 *
 * What is returned can also be called here: it imports the file and calls the function, and so always returns a promise.
 *
 *     await s.eachElem(ref<typeof findPrimes>(import.meta.url, "findPrimes"), starts);
 */
export function ref<F extends AnyFunction = AnyFunction>(url: string, name: string): F {
  if (!URL.canParse(url)) {
    throw new ShippingError([], `ref needs the file's URL, such as import.meta.url; ${JSON.stringify(url)} is none`);
  }
  const call = async (...args: never[]): Promise<unknown> => {
    const module = (await import(url)) as Readonly<Record<string, AnyFunction>>;
    const fn = module[name];
    if (typeof fn !== "function") {
      throw new ShippingError([], `${url} exports no function "${name}"`);
    }
    return fn(...args);
  };
  marked.set(call, { kind: "named", url, name });
  return call as unknown as F;
}

/**
 * Says what `fn` uses, for runtimes without an inspector, or to send it without looking around it: its source text
 * travels with `captures` (variables by name, copied) and `imports` (names that stand for `module` or `module#export`).
 * Every name that `fn` uses and that is not global must be among them. Returns `fn`.
 *
 *     s.eachElem(explicit((x: number) => x * factor + os.availableParallelism(), {
 *       captures: { factor },
 *       imports: { os: "node:os" },
 *     }), list);
 */
export function explicit<F extends AnyFunction>(
  fn: F,
  {
    captures = {},
    imports = {},
  }: {
    readonly captures?: Readonly<Record<string, unknown>>;
    readonly imports?: Readonly<Record<string, string>>;
  } = {},
): F {
  marked.set(fn, { kind: "explicit", captures, imports });
  return fn;
}
