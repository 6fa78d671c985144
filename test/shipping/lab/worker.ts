import { decode, encode } from "../../../src/codec/index.ts";
import { Realm, Receiver } from "../../../src/sleigh/shipping/index.ts";
import type { Answer, Call } from "./messages.ts";

const parts = new Map<string, Uint8Array>();
const receiver = new Receiver(parts);

process.on("message", (call: Call) => {
  void answer(call).then((result) => process.send!(result));
});

async function answer(call: Call): Promise<Answer> {
  for (const [hash, bytes] of call.parts) {
    parts.set(hash, bytes);
  }
  try {
    const missing = receiver.missing(call.root);
    if (missing.length > 0) {
      throw new Error(`parts are missing: ${missing.join(", ")}`);
    }
    const realm = call.isFresh ? new Realm() : undefined;
    const fn = (await receiver.rebuild(call.root, realm)) as (...args: readonly unknown[]) => unknown;
    const args = decode(call.args.descriptor, call.args.bytes);
    await receiver.load(args);
    const result = await fn(...(receiver.unpack(args, realm) as readonly unknown[]));
    const { descriptor, bytes } = encode(receiver.pack(result, realm));
    return { kind: "value", value: { descriptor, bytes: bytes.slice() } };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { kind: "error", name, message, stack: String(stack) };
  }
}
