import type { AddHelpTextContext } from "commander";

/**
 * A text below a help, as wide as the help is: lines that stand under each other are one paragraph, and lines that are indented (examples, tables)
 * stay as they are.
 */
export function paragraphs(text: string): (context: AddHelpTextContext) => string {
  return ({ command }) => {
    const help = command.createHelp();
    const width = help.helpWidth ?? Infinity;
    return text.replaceAll(/^\S.*(?:\n\S.*)*/gm, (paragraph) => help.boxWrap(paragraph.replaceAll("\n", " "), width));
  };
}
