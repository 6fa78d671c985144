import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import type { NetWorkSpace } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { isUnreadable } from "../reading.ts";
import { sentenceOf } from "../report.ts";
import { readableText } from "../value-text.ts";

/** Where whoever has a value of this project's clients, and cannot read it, asks: `<Language> babelfish`. */
const WORKSPACE = "JavaScript babelfish";
/** When the server is gone, it is looked for this often. */
const RETRY_MS = 1000;

const afterHelp = `
Other tools can so show values that only JavaScript clients can read. They store one into variable food of workspace
'${WORKSPACE}', and fetch its text from variable doof, one at a time. Nothing of a value is run. A value that cannot
be read is answered with a sentence that says so; of a long text, doof gets the first million characters and a note.

It goes on when the server is restarted. Ctrl-C (SIGINT) and SIGTERM end it, with exit code 0.

Example:
  nws babelfish &                                            until it is stopped
  nws store "${WORKSPACE}" food --json '{"a": 1}'    asks
  nws fetch "${WORKSPACE}" doof                      gets the text`;

export function babelfishCommand(): Command {
  const command = new Command("babelfish")
    .summary("make text of values, for other tools")
    .description("Makes readable text of values of JavaScript clients, for whoever asks, until it is stopped.");
  return addServerChoice(command)
    .addHelpText("after", paragraphs(afterHelp))
    .action((options: ServerChoice) => serve(options));
}

/** That there is no server at first is an error; one that was there is waited for. */
async function serve(options: ServerChoice): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = (): void => stopping.abort();
  process.once("SIGTERM", stop).once("SIGINT", stop);
  const isStopped = (): boolean => signal.aborted;
  const server = { wasThere: false, isThere: false };
  while (!isStopped()) {
    try {
      await withWorkspace(WORKSPACE, { ...options, create: true }, async (ws, { address }) => {
        server.wasThere = true;
        server.isThere = true;
        await writeLine(`nws: making text of values in workspace '${WORKSPACE}' on ${address}`);
        await answerAll(ws, signal);
      });
    } catch (error) {
      if (!server.wasThere && !isStopped()) {
        throw error;
      }
      if (server.isThere && !isStopped()) {
        server.isThere = false;
        process.stderr.write(`nws: ${sentenceOf(error)}; trying again until it works\n`);
      }
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  process.off("SIGTERM", stop).off("SIGINT", stop);
}

/** Each question gets one answer, and is not cut short by the signal. Ends only by throwing. */
async function answerAll(ws: NetWorkSpace, signal: AbortSignal): Promise<never> {
  for (;;) {
    await ws.store("doof", await nextText(ws, signal));
  }
}

async function nextText(ws: NetWorkSpace, signal: AbortSignal): Promise<string> {
  try {
    // Not on lease: a value that cannot be read would go back, and come again.
    return readableText(await ws.fetch("food", { signal }));
  } catch (error) {
    if (!isUnreadable(error)) {
      throw error;
    }
    return `This value cannot be read: ${error.reason ?? error.message}`;
  }
}
