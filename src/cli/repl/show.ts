import { inspect } from "node:util";
import { NetWorkSpace, NwsServer } from "../../client/index.ts";
import { VariableIterator } from "../../client/variable-iterator.ts";
import { Variable } from "../../client/variable.ts";
import { cellText } from "../cell-text.ts";

/** Enough to know what it is. The whole of a long value is for `nws find`, or for a program. */
const MOST_CHARACTERS = 10_000;

/** A value as it is shown: nothing that it says is called, and nothing of it reaches the terminal but what can be seen. */
export function showValue(value: unknown, hasColors: boolean): string {
  const own = ownText(value);
  if (own !== undefined) {
    return own;
  }
  let text;
  try {
    text = inspect(value, {
      colors: hasColors,
      customInspect: false,
      depth: 6,
      maxArrayLength: 100,
      maxStringLength: MOST_CHARACTERS,
      breakLength: 100,
    });
  } catch (error) {
    return `This value cannot be shown: ${String(error)}`;
  }
  if (text.length <= MOST_CHARACTERS) {
    return text;
  }
  const reset = hasColors ? "\u001b[0m" : "";
  // (Not in the middle of a colour.)
  const cut = text.slice(0, MOST_CHARACTERS).replace(/\u001b[^m]*$/, "");
  return `${cut}${reset}\n… (the first ${MOST_CHARACTERS} characters of ${text.length})`;
}

/** The client's own objects have much in them that is nobody's business. */
function ownText(value: unknown): string | undefined {
  if (value instanceof NetWorkSpace) {
    return `NetWorkSpace '${cellText(value.name)}' on ${cellText(value.server.address)}`;
  }
  if (value instanceof NwsServer) {
    return `NwsServer at ${cellText(value.address)}`;
  }
  if (value instanceof Variable) {
    return `Variable '${cellText(value.name)}' of workspace '${cellText(value.workspace.name)}'`;
  }
  return value instanceof VariableIterator
    ? "VariableIterator: for await (const value of …) has its values"
    : undefined;
}
