import type { ChildProcess } from "node:child_process";

/** Calls from the bench into a measured process, over Node's own channel between parent and child. One call at a time. */

type Handler = (argument: never) => unknown;
export type Handlers = Readonly<Record<string, Handler>>;
type Argument<H extends Handler> = H extends () => unknown ? [] : Parameters<H>;

interface Call {
  readonly name: string;
  readonly argument: unknown;
}

type Answer = { readonly result: unknown } | { readonly error: string };

/** In the measured process: answers calls until the parent disconnects, then ends the process. */
export function serveCalls(handlers: Handlers): void {
  const answer = async ({ name, argument }: Call): Promise<Answer> => {
    try {
      return { result: await handlers[name]!(argument as never) };
    } catch (error) {
      return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  };
  process.on("message", (call: Call) => void answer(call).then((message) => process.send?.(message)));
  process.on("disconnect", () => process.exit(0));
}

/** In the bench: calls one function of the measured process and waits for its answer. Rejects if the process ends first. */
export function callProcess<H extends Handlers, K extends keyof H & string>(
  child: ChildProcess,
  name: K,
  ...[argument]: Argument<H[K]>
): Promise<Awaited<ReturnType<H[K]>>> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      child.off("message", answered);
      reject(new Error(`the measured process ended during '${name}'`));
    };
    const answered = (answer: Answer): void => {
      child.off("exit", ended);
      if ("error" in answer) {
        reject(new Error(`'${name}' failed in the measured process: ${answer.error}`));
      } else {
        resolve(answer.result as Awaited<ReturnType<H[K]>>);
      }
    };
    child.once("message", answered);
    child.once("exit", ended);
    child.send({ name, argument } satisfies Call);
  });
}
