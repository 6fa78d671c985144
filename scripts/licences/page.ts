import { bundledParts, installedParts, type Part } from "./parts.ts";

/** The text of THIRD-PARTY-LICENSES.md. */
export async function licencesPage(): Promise<string> {
  return `# Licences of others

NetWorkSpaces for TypeScript is under the Apache License 2.0 (LICENSE). What it uses of others is under the licences below, all of which go with that.
This page is made by \`npm run licences\`; a test says when it is not up to date.

## Built into the pages of the web interface

Their notices, in full, are in \`dist/ui/licenses.md\` of the package. Nothing of others is built into the rest of it.

${table(await bundledParts())}

## Installed with the package

npm installs these beside it, each with its own notice.

${table(await installedParts())}
`;
}

function table(parts: readonly Part[]): string {
  const rows = [
    ["package", "version", "licence"],
    ...parts.map(({ name, version, licence }) => [name, version, licence]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
