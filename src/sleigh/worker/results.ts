import { type RemoteError, type ResultMessage, type TaskFailure, Variables } from "../messages.ts";
import { timedOut } from "./chunk-runner.ts";
import type { Held } from "./held-chunks.ts";
import type { Link } from "./link.ts";
import { describeThrown } from "./task-error.ts";

/*
 * Results that the session thread seals itself: of chunks that the task thread did not run, or does not come back from.
 */

export type ChunkName = Pick<Held, "job" | "chunk" | "count" | "numberOf">;

/** No task was begun. */
export function nothingRun(link: Link, chunk: ChunkName): Uint8Array {
  return sealed(link, chunk, [], places(chunk.count));
}

/** The task at the place `late` runs longer than it may and does not stop; the others are to be run elsewhere. */
export function tooLate(link: Link, held: Held, late: number, output: string): Uint8Array {
  const error = timedOut(held.numberOf(late), held.spec.timeoutMs!);
  const failure: TaskFailure = { at: late, reason: "timed_out", error, output, elapsedMs: held.spec.timeoutMs! };
  return sealed(
    link,
    held,
    [failure],
    places(held.count).filter((at) => at !== late),
  );
}

/** What the chunk needs could not be got. */
export function unprepared(link: Link, chunk: ChunkName, thrown: unknown): Uint8Array {
  const error: RemoteError = describeThrown(thrown);
  const failures = places(chunk.count).map((at): TaskFailure => {
    return { at, reason: "threw", error, output: "", elapsedMs: 0 };
  });
  return sealed(link, chunk, failures, []);
}

function sealed(link: Link, chunk: ChunkName, failures: readonly TaskFailure[], unrun: readonly number[]): Uint8Array {
  const { rank, token, sealer } = link;
  const { job, count } = chunk;
  // Data without functions and classes is packed as it is.
  const values = { value: new Array<undefined>(count).fill(undefined), parts: [], inline: [] };
  const message: ResultMessage = {
    kind: "result",
    job,
    chunk: chunk.chunk,
    rank,
    token,
    values,
    failures,
    unrun,
    elapsedMs: 0,
  };
  return sealer.seal(Variables.results, message);
}

function places(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
