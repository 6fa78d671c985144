import { LogError } from "../../../src/log/index.ts";
import {
  blockBytes,
  encodeHeader,
  HEADER_BYTES,
  isMarked,
  readBlockHead,
  sealBlock,
  viewOf,
} from "../../../src/log/format.ts";
import { longReply, request } from "../../conformance/hostile/classic-bytes.ts";
import { concat, randomBytes } from "../engine/mutate.ts";
import { joinPieces, splitPieces } from "../engine/pieces.ts";
import type { Target } from "../engine/target.ts";
import { type Files, FolderServer, genuineFiles, makeValuesFolder, removeFolder } from "../support/folder-files.ts";

/** What a piece does to which file: file (1 byte), action (1), place in the file (2), bytes. Checksums are made right behind it if the action's bit 3 is set. */
const Action = { flip: 0, overwrite: 1, cut: 2, insert: 3, remove: 4, drop: 5, copyOver: 6, zero: 7 } as const;
const SEALED = 8;
const names = /\/(log|snapshot)-(\d+)\.nws$/;

/**
 * A data folder whose files are not as they were written: the server says so and leaves them as they are, or starts, with a sound space, and works.
 */
export const target: Target = {
  seeds: () => [
    joinPieces([]),
    ...[0, 1, 2, 3].flatMap((file) => [
      joinPieces([Uint8Array.of(file, Action.flip, 0, 70, 1)]),
      joinPieces([Uint8Array.of(file, Action.flip + SEALED, 0, 70, 1)]),
      joinPieces([Uint8Array.of(file, Action.cut, 1, 0)]),
      joinPieces([Uint8Array.of(file, Action.drop, 0, 0)]),
    ]),
  ],
  start: async () => {
    const folder = await makeValuesFolder();
    const files = await genuineFiles(folder);
    return { attempt: (input) => attempt(folder, changed(files, input)), stop: () => removeFolder(folder) };
  },
  freshPiece: (random) =>
    concat([
      Uint8Array.of(random.below(8), random.below(16), random.below(5), random.below(256)),
      random.chance(0.5) ? randomBytes(random, 1 + random.below(4)) : Uint8Array.of(1 << random.below(8)),
    ]),
  maxBytes: 300,
  maxMs: 5000,
};

async function attempt(folder: string, files: Files): Promise<void> {
  const run = new FolderServer(folder, files);
  try {
    await run.until(run.server.load());
  } catch (error) {
    if (!(error instanceof LogError)) {
      throw error;
    }
    mustBeTheSame(files, run.disk.files);
    return;
  }
  run.server.space.validate();
  const client = run.connect();
  client.send(
    Buffer.concat([
      Buffer.from("1111"),
      request("open ws", "probe", "", "yes"),
      request("store", "probe", "p", "1", "yes"),
      request("fetch", "probe", "p"),
    ]),
  );
  await run.turns(30);
  const answer = client.takeReceived().toString("latin1");
  if (answer !== `222300000000${longReply(0, 1, "yes")}`) {
    throw new Error(`a client is answered ${JSON.stringify(answer)}`);
  }
  run.server.space.validate();
  await run.until(run.server.stop());
  if (run.bugs.length > 0) {
    throw new Error("the server says: internal error", { cause: (run.bugs[0] as { readonly err?: unknown }).err });
  }
}

function changed(files: Files, input: Uint8Array): Map<string, Uint8Array> {
  const result = new Map<string, Uint8Array>([...files].map(([name, bytes]) => [name, new Uint8Array(bytes)]));
  const all = [...files.keys()].sort();
  for (const [file = 0, how = 0, high = 0, low = 0, ...content] of splitPieces(input)) {
    const name = all[file % all.length]!;
    const bytes = result.get(name);
    if (bytes === undefined) {
      continue;
    }
    const after = change(
      bytes,
      how & 7,
      (high * 256 + low) % (bytes.length + 1),
      content,
      result.get(all[(content[0] ?? 0) % all.length]!),
    );
    if (after === undefined) {
      result.delete(name);
    } else {
      result.set(name, (how & SEALED) === 0 ? after : sealed(name, after));
    }
  }
  return result;
}

function change(
  bytes: Uint8Array,
  action: number,
  at: number,
  content: readonly number[],
  other: Uint8Array | undefined,
): Uint8Array | undefined {
  const overlaid = (by: (byte: number, i: number) => number): Uint8Array => {
    const copy = bytes.slice();
    content.forEach((_, i) => at + i < copy.length && (copy[at + i] = by(copy[at + i]!, i)));
    return copy;
  };
  switch (action) {
    case Action.flip:
      return overlaid((byte, i) => byte ^ content[i]!);
    case Action.overwrite:
      return overlaid((_, i) => content[i]!);
    case Action.zero:
      return new Uint8Array(bytes).fill(0, at, at + 32);
    case Action.cut:
      return bytes.slice(0, at);
    case Action.insert:
      return concat([bytes.subarray(0, at), Uint8Array.from(content), bytes.subarray(at)]);
    case Action.remove:
      return concat([bytes.subarray(0, at), bytes.subarray(at + content.length)]);
    case Action.copyOver:
      return other?.slice() ?? bytes;
    default:
      return undefined;
  }
}

/** With checksums that fit what is in the file now. */
function sealed(name: string, bytes: Uint8Array): Uint8Array {
  const [, kind, digits] = names.exec(name) ?? [];
  if (kind === undefined || bytes.length < HEADER_BYTES) {
    return bytes;
  }
  const number = Number(digits);
  const view = viewOf(bytes);
  bytes.set(
    encodeHeader(
      kind as "log" | "snapshot",
      number,
      view.getUint32(20) * 2 ** 32 + view.getUint32(24),
      view.getUint32(8),
    ),
  );
  for (let at = HEADER_BYTES; at + HEADER_BYTES <= bytes.length && isMarked(view, at);) {
    const head = readBlockHead(view, at);
    const end = at + blockBytes(head.length);
    if (end > bytes.length) {
      break;
    }
    sealBlock(bytes, at, head, number, at);
    at = end;
  }
  return bytes;
}

function mustBeTheSame(before: Files, after: Files): void {
  const isSame =
    before.size === after.size &&
    [...before].every(([name, bytes]) => Buffer.compare(bytes, after.get(name) ?? Uint8Array.of(1)) === 0);
  if (!isSame) {
    throw new Error("the folder was refused, and was changed all the same");
  }
}
