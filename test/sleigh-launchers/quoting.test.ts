import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LaunchError, shellLine, shellQuote, windowsLine } from "../../src/sleigh/launchers/index.ts";
import { hostileWords } from "./support.ts";

/** Prints its arguments, each ended by NUL. */
const PRINT = ["printf", "%s\\0"];

function readBack(shell: string, words: readonly string[]): string[] {
  const printed = execFileSync(shell, ["-c", shellLine([...PRINT, ...words])], { encoding: "utf8" });
  return printed.split("\0").slice(0, -1);
}

describe.each(["sh", "dash", "bash", "zsh", "ksh", "fish"])("%s", (shell) => {
  const isMissing = spawnSync(shell, ["-c", ":"]).error !== undefined;

  test.skipIf(isMissing)("reads hostile words back as they were", () => {
    expect(readBack(shell, hostileWords)).toEqual(hostileWords);
  });
});

// csh ends a quoted word at a newline, whatever one does.
describe.each(["csh", "tcsh"])("%s", (shell) => {
  const isMissing = spawnSync(shell, ["-c", ":"]).error !== undefined;

  test.skipIf(isMissing)("reads hostile words back as they were, but for newlines", () => {
    const words = hostileWords.filter((word) => !word.includes("\n"));
    expect(readBack(shell, words)).toEqual(words);
  });
});

test("any words go through a shell, and through a shell behind a shell", () => {
  // Without lone surrogates, for which UTF-8 has no bytes.
  const word = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, ""));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
      const line = shellLine([...PRINT, ...words]);
      const printed = execFileSync("sh", ["-c", shellLine(["sh", "-c", line])], { encoding: "utf8" });
      expect(printed.split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 30 },
  );
});

test("plain words stay readable", () => {
  expect(shellLine(["node", "/opt/x-1.2/nws.js", "--host=a.b"])).toBe("node /opt/x-1.2/nws.js --host=a.b");
});

test("a NUL character, which no argument can hold, is refused", () => {
  expect(() => shellQuote("a\0b")).toThrow(LaunchError);
});

/** How a Windows program takes its command line apart; written from the documented rules, not from the code under test. */
function commandLineToArgv(line: string): string[] {
  const args: string[] = [];
  let at = 0;
  while (at < line.length) {
    while (line[at] === " " || line[at] === "\t") {
      at++;
    }
    if (at >= line.length) {
      break;
    }
    let arg = "";
    let inQuotes = false;
    while (at < line.length && (inQuotes || (line[at] !== " " && line[at] !== "\t"))) {
      let backslashes = 0;
      while (line[at] === "\\") {
        backslashes++;
        at++;
      }
      if (line[at] === '"') {
        arg += "\\".repeat(backslashes >> 1);
        if (backslashes % 2 === 1) {
          arg += '"';
        } else {
          inQuotes = !inQuotes;
        }
        at++;
      } else {
        arg += "\\".repeat(backslashes);
        if (at < line.length && (inQuotes || (line[at] !== " " && line[at] !== "\t"))) {
          arg += line.charAt(at);
          at++;
        }
      }
    }
    args.push(arg);
  }
  return args;
}

test("a Windows program reads hostile words back as they were", () => {
  expect(commandLineToArgv(windowsLine(["x.exe", ...hostileWords]))).toEqual(["x.exe", ...hostileWords]);
  const word = fc.oneof(
    fc.string().map((text) => text.replaceAll("\0", "")),
    fc.stringMatching(/^[\\" a]*$/),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(commandLineToArgv(windowsLine(["x.exe", ...words]))).toEqual(["x.exe", ...words]);
    }),
  );
});
