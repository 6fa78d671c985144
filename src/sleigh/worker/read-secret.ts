import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { MAX_SECRET_CHARS, parseSecret, type WorkerSecret } from "../launchers/worker-secret.ts";

/** Group and others. */
const OTHERS_MODE = 0o077;

/** The key in a file. Throws when others than its owner may read the file, or it holds no key. */
export async function readSecretFile(path: string): Promise<WorkerSecret> {
  const file = await open(path, "r");
  try {
    // The file that is open, not whatever has the name by now.
    const { mode } = await file.stat();
    if (process.platform !== "win32" && (mode & OTHERS_MODE) !== 0) {
      throw new Error(`others may read the key file '${path}': make it yours alone (chmod 600)`);
    }
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_SECRET_CHARS + 1), position: 0 });
    return parseSecret(buffer.toString("utf8", 0, bytesRead).trim());
  } finally {
    await file.close();
  }
}

/** The key on the first line of a stream, as a rule standard input. What follows is not read. */
export async function readSecretLine(input: Readable): Promise<WorkerSecret> {
  let text = "";
  for await (const piece of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += piece.toString("latin1");
    if (text.includes("\n") || text.length > MAX_SECRET_CHARS) {
      break;
    }
  }
  // It must not keep the process alive.
  input.destroy();
  if (text.trim() === "") {
    throw new Error("the key of the sleigh did not come on standard input (or name a file with --key-file)");
  }
  return parseSecret(text.slice(0, text.includes("\n") ? text.indexOf("\n") : undefined).trim());
}
