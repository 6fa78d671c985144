import type { Server } from "../server/server.ts";
import { Door } from "../server/door.ts";
import { WebError } from "./problem.ts";
import { textOf } from "./show/names.ts";

/** A babelfish has so long to answer. */
const ANSWER_MS = 5000;
/** Larger values are not asked about. */
const MOST_BYTES = 16 * 1_048_576;

/** The languages of descriptors (docs/protocol.md). */
const languages: Readonly<Record<number, string>> = {
  1: "Python",
  2: "Matlab",
  3: "R",
  4: "Perl",
  5: "Ruby",
  6: "Octave",
  7: "Java",
  8: "C#",
  9: "Objective-C",
  10: "Emacs Lisp",
  11: "JavaScript",
};

/** Asks the babelfish of a language for the readable text of a value. */
export interface Babelfish {
  text(descriptor: number, bytes: Uint8Array): Promise<string>;
  close(): void;
}

/**
 * A babelfish is a program that fetches values from `food` in workspace `<Language> babelfish` and stores their texts into `doof`. It is
 * asked one thing at a time, and only while it waits for food: so an answer that came too late for the one before lies there, and is thrown
 * away.
 */
export function findBabelfish(server: Server): Babelfish {
  const door = new Door(server.space, "web interface, for babelfish");
  const lines = new Map<string, Promise<unknown>>();

  const ask = async (workspace: string, language: string, descriptor: number, bytes: Uint8Array): Promise<string> => {
    const isHungry = (server.space.workspaces.get(workspace)?.variables.get("food")?.fetchers.size ?? 0) > 0;
    if (!isHungry) {
      throw new WebError(
        404,
        "no_babelfish",
        `no babelfish for ${language} waits in workspace '${workspace}'; start one`,
      );
    }
    while (door.take(workspace, "doof") !== undefined) {
      // An answer to what nobody waits for any more.
    }
    door.store(workspace, "food", descriptor, bytes);
    const answer = await door.takeWithin(ANSWER_MS, workspace, "doof");
    if (answer === undefined) {
      throw new WebError(
        504,
        "no_babelfish",
        `the babelfish for ${language} has not answered within ${ANSWER_MS / 1000} s`,
      );
    }
    return textOf(Buffer.from(answer.bytes).toString("latin1"));
  };

  return {
    text(descriptor, bytes) {
      const language = languages[descriptor >>> 24];
      if (language === undefined) {
        return Promise.reject(new WebError(404, "no_babelfish", "the language of this value is not known"));
      }
      if (bytes.length > MOST_BYTES) {
        return Promise.reject(
          new WebError(413, "too_large", `values of more than ${MOST_BYTES} bytes are not translated`),
        );
      }
      const workspace = `${language} babelfish`;
      const asked = (lines.get(workspace) ?? Promise.resolve()).then(() => ask(workspace, language, descriptor, bytes));
      lines.set(
        workspace,
        asked.catch(() => undefined),
      );
      return asked;
    },
    close: () => door.close(),
  };
}
