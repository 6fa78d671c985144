import { Text } from "@mantine/core";
import type { JSX } from "react";
import { nameOfId } from "../app/routes.ts";
import { shellWord } from "../format/shell-word.ts";
import { Command } from "../shared/command.tsx";
import { Empty } from "../shared/empty.tsx";

export function NoVariables({
  workspace,
  search,
}: {
  readonly workspace: string;
  readonly search: string;
}): JSX.Element {
  if (search !== "") {
    return (
      <Empty title="No variable has that in its name">
        <Text size="sm">Escape in the search field shows all again.</Text>
      </Empty>
    );
  }
  return (
    <Empty title="No variables yet">
      <Text size="sm">
        A variable comes into being when something is stored in it, or somebody waits for it. For instance:
      </Text>
      <Command text={`npx networkspaces store ${shellWord(nameOfId(workspace))} greeting hello`} />
    </Empty>
  );
}
