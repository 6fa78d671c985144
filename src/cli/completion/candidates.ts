import type { Argument, Command, Option } from "commander";
import { liveNames } from "./live-names.ts";

/**
 * What can stand where the last of `words` is being typed, read off the tree of commands: commands, options, the choices of an
 * option or argument, the names of workspaces and variables that a server has now.
 */
export async function candidates(program: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const name = before.find((word) => !word.startsWith("-"));
  const command = program.commands.find((one) => one.name() === name);
  if (command === undefined) {
    const commands = visibleCommands(program).map((one) => one.name());
    const options = program.parent === null ? ["--help", "--version"] : ["--help"];
    return beginningWith(typed, typed.startsWith("-") ? options : [...commands, "help"]);
  }
  if (command.commands.length > 0) {
    return candidates(command, words.slice(words.indexOf(command.name()) + 1));
  }
  const walk = walkWords(command, before.slice(before.indexOf(command.name()) + 1));
  if (walk.optionInNeed !== undefined) {
    return beginningWith(typed, walk.optionInNeed.argChoices ?? []);
  }
  if (typed.startsWith("-") && !walk.isBehindDashes) {
    const given = new Set(walk.given.keys());
    return beginningWith(typed, [
      "--help",
      ...command.options.filter((option) => !option.hidden && !given.has(option)).map((option) => option.long ?? ""),
    ]);
  }
  return beginningWith(typed, await argumentCandidates(command, walk));
}

interface Walk {
  readonly args: readonly string[];
  readonly given: ReadonlyMap<Option, string | true>;
  /** The last word is an option whose value is being typed. */
  readonly optionInNeed: Option | undefined;
  readonly isBehindDashes: boolean;
}

/** Which words are options, which are their values, which are arguments. */
function walkWords(command: Command, words: readonly string[]): Walk {
  const args: string[] = [];
  const given = new Map<Option, string | true>();
  let optionInNeed: Option | undefined;
  let isBehindDashes = false;
  for (const word of words) {
    const [flag, inline] = word.startsWith("--") ? splitAt(word, "=") : [word, undefined];
    const option = isBehindDashes ? undefined : command.options.find((one) => one.long === flag || one.short === flag);
    if (optionInNeed !== undefined) {
      given.set(optionInNeed, word);
      optionInNeed = undefined;
    } else if (word === "--") {
      isBehindDashes = true;
    } else if (option !== undefined) {
      given.set(option, inline ?? true);
      optionInNeed = option.required && inline === undefined ? option : undefined;
    } else if (isBehindDashes || !word.startsWith("-")) {
      args.push(word);
    }
  }
  return { args, given, optionInNeed, isBehindDashes };
}

async function argumentCandidates(command: Command, walk: Walk): Promise<readonly string[]> {
  const argument: Argument | undefined = command.registeredArguments[walk.args.length];
  if (argument === undefined) {
    return [];
  }
  if (argument.argChoices !== undefined) {
    return argument.argChoices;
  }
  if (argument.name() === "workspace" || argument.name() === "variable") {
    const chosen = (long: string): string | undefined => {
      const found = [...walk.given].find(([option]) => option.long === long);
      return typeof found?.[1] === "string" ? found[1] : undefined;
    };
    const files = { ca: chosen("--tls-ca"), cert: chosen("--tls-cert"), key: chosen("--tls-key") };
    const hasFiles = Object.values(files).some((file) => file !== undefined);
    const tls = hasFiles ? files : [...walk.given.keys()].some(({ long }) => long === "--tls") || undefined;
    const choice = { host: chosen("--host"), port: chosen("--port"), socket: chosen("--socket"), tls };
    return liveNames(choice, argument.name() === "variable" ? walk.args[0] : undefined);
  }
  return argument.name() === "command" ? visibleCommands(command).map((one) => one.name()) : [];
}

function visibleCommands(program: Command): Command[] {
  return program.commands.filter((command) => !command.name().startsWith("__"));
}

function beginningWith(typed: string, all: readonly string[]): string[] {
  return all.filter((one) => one.startsWith(typed));
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
