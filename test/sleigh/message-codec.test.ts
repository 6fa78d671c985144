import { expect, test } from "vitest";
import { decodeMessage, encodeMessage } from "../../src/sleigh/message-codec.ts";
import type { PartMessage, ResultMessage, TaskFailure, TaskMessage } from "../../src/sleigh/messages.ts";

function there(message: object): unknown {
  const { descriptor, bytes } = encodeMessage(message);
  return decodeMessage(descriptor, bytes);
}

const tasks: TaskMessage = {
  kind: "tasks",
  job: 3,
  chunk: 17,
  spec: "0123abcd",
  first: 4,
  count: 2,
  numbers: undefined,
  args: { value: [[1, 2]], parts: [], inline: [] },
  layout: "columns",
};
const result: ResultMessage = {
  kind: "result",
  job: 3,
  chunk: 17,
  rank: 1,
  token: "ab",
  values: { value: ["x", undefined], parts: [], inline: [] },
  failures: [],
  unrun: [],
  elapsedMs: 0.25,
};
const inline: PartMessage[] = [{ kind: "part", hash: "h", bytes: Uint8Array.of(1, 2) }];
const failure: TaskFailure = { at: 0, reason: "lost", error: undefined, output: "last words", elapsedMs: 1 };

test.each<[string, object]>([
  ["a chunk", tasks],
  [
    "a chunk of rows, with a specification and numbers",
    { ...tasks, layout: "rows", spec: Uint8Array.of(9), numbers: [8, 5] },
  ],
  ["arguments with parts", { ...tasks, args: { value: [[1]], parts: ["h", "g"], inline } }],
  ["arguments that are a part", { ...tasks, args: { value: undefined, parts: ["g"], inline: [], stored: "g" } }],
  ["a result", result],
  ["a result with failures", { ...result, failures: [failure] }],
  ["a result of what was not run", { ...result, unrun: [0, 1] }],
  ["a message of another kind", { kind: "started", job: 1, chunk: 2, at: 3, rank: 4, token: "t" }],
])("%s arrives as it was", (_, message) => {
  expect(there(message)).toStrictEqual(message);
});
