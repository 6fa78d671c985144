/** What can be completed inside quotes: names that a server has now. */
export interface NameWanted {
  /** Variables of the workspace that this expression is; `undefined`: workspaces. */
  readonly variablesOf: string | undefined;
  /** What was typed of it. */
  readonly partial: string;
  /** What stands before it, and has to stand behind it; empty in dot commands. */
  readonly quote: string;
}

const variableMethods =
  "store|storeAll|fetch|fetchTry|find|findTry|fetchMany|fetchTryMany|ifetch|ifetchTry|ifind|ifindTry|declare|deleteVar|guard|variable|storeFile|fetchFile|fetchTryFile|findFile|findTryFile";

/** `ws.fetch("par`, `use('par`, `new NetWorkSpace("par`. */
const inVariable = new RegExp(`([A-Za-z_$][\\w$]*)\\.(?:${variableMethods})\\(\\s*(["'\`])((?:(?!\\2)[^\\\\])*)$`);
const inWorkspace = /(?:\buse|\bNetWorkSpace|\.(?:openWs|useWs|deleteWs))\(\s*(["'`])((?:(?!\1)[^\\])*)$/;
const inWatch = /^\.watch\s+(.*)$/;
const inDot = /^\.(?:use|vars)\s+(.*)$/;

/** Which names can stand at the end of the line; undefined: it is not a place for names. */
export function nameWanted(line: string): NameWanted | undefined {
  const [, watched] = inWatch.exec(line) ?? [];
  if (watched !== undefined) {
    return { variablesOf: "ws", partial: watched, quote: "" };
  }
  const [, named] = inDot.exec(line) ?? [];
  if (named !== undefined) {
    return { variablesOf: undefined, partial: named, quote: "" };
  }
  const [, workspace, quote = "", partial = ""] = inVariable.exec(line) ?? [];
  if (workspace !== undefined) {
    return { variablesOf: workspace, partial, quote };
  }
  const [, otherQuote, name = ""] = inWorkspace.exec(line) ?? [];
  return otherQuote === undefined ? undefined : { variablesOf: undefined, partial: name, quote: otherQuote };
}

/**
 * Those names that go on from what was typed, as they are to stand in the line. The only one has its closing quote. Left out are those that
 * would have to be written in another way.
 */
export function nameCandidates(names: readonly string[], { partial, quote }: NameWanted): string[] {
  const fitting = names.filter(
    (name) =>
      name.startsWith(partial) &&
      !/[\p{C}\\]/u.test(name) &&
      (quote === "" || !name.includes(quote)) &&
      !(quote === "`" && name.includes("${")),
  );
  return fitting.length === 1 ? fitting.map((name) => name + quote) : fitting;
}
