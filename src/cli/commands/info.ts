import { Command } from "commander";
import type { ServerInfo } from "../../client/index.ts";
import { withServer } from "../connect.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";

interface InfoOptions extends ServerChoice {
  readonly json?: true;
}

export function infoCommand(): Command {
  const command = new Command("info")
    .summary("show what a server is doing")
    .description("Shows a server's version, how long it has been up, what it holds, and its limits.")
    .option("--json", "print an object");
  return addServerChoice(command).action(async (options: InfoOptions) => {
    const info = await withServer(options, (server) => server.info());
    await writeLine(options.json === true ? JSON.stringify(info) : describe(info));
  });
}

/** Whatever the server tells, in its order: a later server may tell more. */
function describe(info: ServerInfo): string {
  const { limits, ...facts } = info;
  const rows: readonly (readonly [name: string, value: unknown])[] = [
    ...Object.entries<unknown>(facts),
    ["limits", ""],
    ...Object.entries(limits).map(([name, value]) => [`  ${name}`, value] as const),
  ];
  const width = rows.reduce((widest, [name]) => Math.max(widest, name.length), 0) + 2;
  return rows.map(([name, value]) => `${name.padEnd(width)}${shown(value)}`.trimEnd()).join("\n");
}

function shown(value: unknown): string {
  // JSON has no Infinity: a limit that is null is none.
  return value === null ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}
