import type { Problem } from "../../src/web/api.ts";
import { tellStranger } from "../login/stranger.ts";

/** A request that the server refused, or did not get. `message` is a sentence for the page. */
export class RequestFailure extends Error {
  override readonly name = "RequestFailure";
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.status = status;
    this.code = problem.code;
  }
}

const noAnswer: Problem = {
  code: "no_answer",
  message: "The server does not answer. Is it still running? Try again when the header says that the page is live.",
};

/** A JSON answer. Throws RequestFailure. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await answered(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** A request that changes something. Throws RequestFailure. */
export async function send<T>(method: "POST" | "DELETE", path: string, body?: object): Promise<T> {
  const json = { "content-type": "application/json" };
  const response = await answered(
    path,
    body === undefined ? { method } : { method, headers: json, body: JSON.stringify(body) },
  );
  return (await response.json()) as T;
}

/** The first `limit` bytes of an answer, and whether that is all; the rest is not waited for. Throws RequestFailure. */
export async function getBytes(
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; isWhole: boolean }> {
  const response = await answered(path, { signal });
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && length <= limit) {
    const { done, value } = await reader.read();
    if (done) {
      return { bytes: joined(parts, length), isWhole: true };
    }
    parts.push(value);
    length += value.length;
  }
  await reader?.cancel();
  return { bytes: joined(parts, length).subarray(0, limit), isWhole: reader === undefined };
}

async function answered(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) {
      throw error;
    }
    throw new RequestFailure(0, noAnswer, { cause: error });
  }
  if (response.status === 401) {
    tellStranger();
  }
  if (!response.ok) {
    throw new RequestFailure(response.status, await problemIn(response));
  }
  return response;
}

async function problemIn(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => undefined);
  return asProblem(response.status, body);
}

/** A Problem of whatever came with a failing status: something between here and the server may have answered. */
export function asProblem(status: number, body: unknown): Problem {
  if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
    const code = "code" in body && typeof body.code === "string" ? body.code : "unknown";
    return { code, message: body.message };
  }
  return { code: "unknown", message: `The server answered with status ${status} and no reason.` };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
