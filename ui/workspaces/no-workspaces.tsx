import { Text } from "@mantine/core";
import type { JSX } from "react";
import { Command } from "../shared/command.tsx";
import { Empty } from "../shared/empty.tsx";

export function NoWorkspaces({ search }: { readonly search: string }): JSX.Element {
  if (search !== "") {
    return (
      <Empty title="No workspace has that in its name">
        <Text size="sm">Escape in the search field shows all again.</Text>
      </Empty>
    );
  }
  return (
    <Empty title="No workspaces yet">
      <Text size="sm">A workspace comes into being when a program opens it. The quickest way to get one:</Text>
      <Command text="npx networkspaces store my-workspace greeting hello" />
    </Empty>
  );
}
