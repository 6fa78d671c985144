import { formatSecret, parseSecret } from "../../../src/sleigh/launchers/worker-secret.ts";
import type { Target } from "../engine/target.ts";

const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
const words = ['{"key":', '"port":', "65535", "1e3", "null", "\\u0030", "[", "}", '"', ","];

/** The line that tells a worker its key: a secret that makes the same line, or an error that repeats nothing of it. */
export const target: Target = {
  seeds: () =>
    [formatSecret({ key }), formatSecret({ key, port: 8765 })].map((line) => new Uint8Array(Buffer.from(line))),
  start: () => ({ attempt }),
  words: words.map((word) => new Uint8Array(Buffer.from(word))),
  maxBytes: 1100,
};

function attempt(input: Uint8Array): void {
  const line = Buffer.from(input).toString("latin1").trim();
  let secret;
  try {
    secret = parseSecret(line);
  } catch (error) {
    if (!(error instanceof SyntaxError) || !error.message.startsWith("this is not the key of a sleigh")) {
      throw error;
    }
    return;
  }
  const again = parseSecret(formatSecret(secret).trim());
  if (again.port !== secret.port || Buffer.compare(again.key, secret.key) !== 0) {
    throw new Error("a secret is another one after it was written and read again");
  }
}
