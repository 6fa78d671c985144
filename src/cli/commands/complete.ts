import { Command } from "commander";
import { candidates } from "../completion/candidates.ts";
import { writeLine } from "../output.ts";

/** What the completion scripts call, with the words typed so far (the last one is being typed). Not for people. */
export function completeCommand(program: () => Command): Command {
  return new Command("__complete")
    .argument("[words...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      for (const candidate of await candidates(program(), words)) {
        await writeLine(candidate);
      }
    });
}
