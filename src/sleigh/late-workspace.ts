import { NetWorkSpace } from "../client/index.ts";
import { SleighError } from "./errors.ts";

const iterating: ReadonlySet<PropertyKey> = new Set(["ifind", "ifindTry", "ifetch", "ifetchTry"]);

/**
 * Stands for a workspace that is not open yet: its operations wait for that, in the order of the calls. What cannot wait (its name,
 * handles of variables) throws.
 */
export function lateWorkspace(opened: Promise<NetWorkSpace>): NetWorkSpace {
  type Method = (...args: readonly unknown[]) => unknown;
  const method = async (key: PropertyKey, args: readonly unknown[]): Promise<unknown> => {
    const workspace = await opened;
    return (Reflect.get(workspace, key) as Method).apply(workspace, args as unknown[]);
  };
  return new Proxy(Object.create(NetWorkSpace.prototype) as NetWorkSpace, {
    get(_, key): unknown {
      // Awaited by mistake: it is no promise.
      if (key === "then") {
        return undefined;
      }
      if (iterating.has(key)) {
        return async function* (...args: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
          yield* (await method(key, args)) as AsyncIterable<unknown>;
        };
      }
      if (key !== "variable" && typeof Reflect.get(NetWorkSpace.prototype, key) === "function") {
        return (...args: readonly unknown[]) => method(key, args);
      }
      throw new SleighError(
        "not_available",
        `'${String(key)}' of the workspace is not known before the sleigh has started: await sleigh.started() first`,
      );
    },
  });
}
