import { parse } from "smol-toml";
import { parseConfig } from "../../../src/cli/config/config-file.ts";
import { sentenceOfFault } from "../../../src/cli/config/fault.ts";
import { resolveSettings } from "../../../src/cli/config/resolve.ts";
import { keyOf, settingNames, settingOf } from "../../../src/cli/config/settings.ts";
import { commentedFile, settingsAsJson, shownSettings } from "../../../src/cli/config/texts.ts";
import type { Target } from "../engine/target.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/**
 * Configuration files. Each is read, or all that is wrong with it is said in sentences, one for each key that is wrong, with its line; what is read are
 * settings as they may be, which are the same again when they are written down and read.
 */
export const target: Target = {
  seeds: () => [
    bytes(
      commentedFile()
        .replaceAll(/^# (?=[a-z-]+ = )/gm, "")
        .replaceAll(/^#.*\n/gm, "")
        .slice(0, 900),
    ),
    bytes('port = 1\nweb-port = "none"\nmax-memory-bytes = "8G"\nweb-name = ["a", "b"]\n'),
    bytes('prot = 1\nmotto = """\nport = 2\n"""\nport = 70_000\n[limits]\nmax-waiting = 1\n'),
  ],
  start: () => ({ attempt }),
  words: [...settingNames.map((name) => bytes(`${keyOf(name)} = `)), ...['"none"', '"""\n', "'''", "= [", "\n[", "inf", "0x", "-1", "1e9", "__proto__"].map(bytes)], // prettier-ignore
  maxBytes: 1024,
};

async function attempt(input: Uint8Array): Promise<void> {
  const text = new TextDecoder().decode(input);
  const file = await parseConfig("/etc/nws/server.toml", text);
  const lines = text.split("\n").length;
  for (const fault of file.faults) {
    const sentence = sentenceOfFault(fault);
    if (!sentence.startsWith("/etc/nws/server.toml") || fault.message === "" || !((fault.line ?? 1) <= lines)) {
      throw new Error(`a fault without a sentence, or in no line: ${sentence}`);
    }
  }
  const keys = keysOf(text);
  const said = file.values.size + file.faults.length;
  if (said !== (keys?.length ?? 1)) {
    throw new Error(`of ${keys?.length ?? "no"} keys ${said} were taken or refused`);
  }
  const resolved = resolveSettings({ flags: {}, environment: {}, file });
  JSON.stringify(settingsAsJson(resolved));
  shownSettings(resolved);
  const written = [...file.values].map(([name, value]) => `${keyOf(name)} = ${settingOf(name).kind.toml(value)}\n`);
  const again = await parseConfig("/etc/nws/server.toml", written.join(""));
  if (JSON.stringify([...again.values]) !== JSON.stringify([...file.values]) || again.faults.length > 0) {
    throw new Error(`written down and read, other settings:\n${written.join("")}`);
  }
}

/** Undefined: it is no TOML. */
function keysOf(text: string): string[] | undefined {
  try {
    return Object.keys(parse(text, { integersAsBigInt: "asNeeded", maxDepth: 16 }));
  } catch {
    return undefined;
  }
}
