import { Anchor, Text } from "@mantine/core";
import type { JSX } from "react";
import { Empty } from "../shared/empty.tsx";
import { hrefOf } from "./routes.ts";

export function NowherePage(): JSX.Element {
  return (
    <Empty title="There is no such page">
      <Text size="sm">
        The address may have been cut.{" "}
        <Anchor href={hrefOf({ page: "workspaces" })} underline="always">
          Begin with the workspaces.
        </Anchor>
      </Text>
    </Empty>
  );
}
