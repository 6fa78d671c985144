// The classic protocol's bytes, written from its page and not with the project's own writer: a fault in that would
// otherwise not be seen.

/** A decimal number, zero padded. */
export function decimal(value: number | bigint, width: number): string {
  return value.toString().padStart(width, "0");
}

/** A request. Texts are byte strings: each character is one byte. */
export function request(...args: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(decimal(args.length, 4))];
  for (const arg of args) {
    const bytes = typeof arg === "string" ? Buffer.from(arg, "latin1") : arg;
    parts.push(Buffer.from(decimal(bytes.length, 20)), Buffer.from(bytes));
  }
  return Buffer.concat(parts);
}

/** A dictionary of byte strings. */
export function dictionary(pairs: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(pairs)
    .flat()
    .map((item) => decimal(item.length, 4) + item);
  return Buffer.from(decimal(text.length / 2, 4) + text.join(""), "latin1");
}

/** The bytes of a long reply without cookie. */
export function longReply(status: number, descriptor: number, value: string): string {
  return decimal(status, 4) + decimal(descriptor, 20) + decimal(value.length, 20) + value;
}

/** A session that touches every part of the protocol, to be cut and mutilated. */
export function session(workspace: string): Buffer {
  return Buffer.concat([
    Buffer.from("1111"),
    request("open ws", workspace, "label", "no"),
    request("declare var", workspace, "one", "single"),
    request("store", workspace, "x", "1", "first\0\xff"),
    request("store", workspace, "x", "16777216", ""),
    request("find", workspace, "x"),
    request("ifindTry", workspace, "x", "", "-999"),
    request("fetchTry", workspace, "x"),
    request("list vars", workspace),
    request("list wss", workspace),
    request("mktemp ws", "%d%d"),
    request("delete var", workspace, "x"),
    request("fetch", workspace, "nothing"),
  ]);
}
