import { Anchor, Group } from "@mantine/core";
import type { VariableInfo } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { action, figures, type RowAction } from "../shared/columns.tsx";
import { Name } from "../shared/name.tsx";
import { Sparkline } from "../shared/sparkline.tsx";
import type { Column } from "../shared/virtual-table.tsx";
import { AlertBadge } from "./alert-badge.tsx";

export function variableColumns(workspace: string, onDelete: RowAction<VariableInfo>): readonly Column<VariableInfo>[] {
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(8rem, 3fr)",
      isSortable: true,
      cell: (variable) => (
        <Group gap={6} wrap="nowrap">
          <Anchor href={hrefOf({ page: "variable", workspace, variable: variable.id })} size="sm" className="cell-link">
            <Name text={variable.name} />
          </Anchor>
          <AlertBadge alert={variable.alert} />
        </Group>
      ),
    },
    { key: "mode", title: "Mode", width: "5rem", isSortable: true, from: "sm", cell: ({ mode }) => mode },
    figures("values", "Values", "5rem", ({ values }) => count(values)),
    figures("fetchers", "Fetchers", "4.5rem", ({ fetchers }) => count(fetchers)),
    figures("finders", "Finders", "4.5rem", ({ finders }) => count(finders), "sm"),
    figures("bytes", "Size", "5.5rem", (variable) => bytes(variable.bytes), "md"),
    figures("storedPerSecond", "Stored", "5rem", ({ storedPerSecond }) => rate(storedPerSecond), "md"),
    figures("fetchedPerSecond", "Fetched", "5rem", ({ fetchedPerSecond }) => rate(fetchedPerSecond), "md"),
    {
      key: "depths",
      title: "Last minute",
      width: "5.5rem",
      from: "lg",
      cell: ({ depths }) => <Sparkline depths={depths} />,
    },
    ...action<VariableInfo>("trash", ({ name }) => `Delete variable ${name}`, onDelete),
  ];
}
