import { ActionIcon, Anchor, Group } from "@mantine/core";
import type { VariableInfo } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { Name } from "../shared/name.tsx";
import { Sparkline } from "../shared/sparkline.tsx";
import type { Column } from "../shared/virtual-table.tsx";
import { AlertBadge } from "./alert-badge.tsx";

export function variableColumns(
  workspace: string,
  onDelete: (variable: VariableInfo) => void,
): readonly Column<VariableInfo>[] {
  const number = { isNumber: true, isSortable: true } as const;
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
    { key: "values", title: "Values", width: "5rem", ...number, cell: ({ values }) => count(values) },
    { key: "fetchers", title: "Fetchers", width: "4.5rem", ...number, cell: ({ fetchers }) => count(fetchers) },
    { key: "finders", title: "Finders", width: "4.5rem", ...number, from: "sm", cell: ({ finders }) => count(finders) },
    { key: "bytes", title: "Size", width: "5.5rem", ...number, from: "md", cell: (variable) => bytes(variable.bytes) },
    {
      key: "storedPerSecond",
      title: "Stored",
      width: "5rem",
      ...number,
      from: "md",
      cell: ({ storedPerSecond }) => rate(storedPerSecond),
    },
    {
      key: "fetchedPerSecond",
      title: "Fetched",
      width: "5rem",
      ...number,
      from: "md",
      cell: ({ fetchedPerSecond }) => rate(fetchedPerSecond),
    },
    {
      key: "depths",
      title: "Last minute",
      width: "5.5rem",
      from: "lg",
      cell: ({ depths }) => <Sparkline depths={depths} />,
    },
    {
      key: "actions",
      title: "",
      width: "2rem",
      from: "sm",
      cell: (variable) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Delete variable ${variable.name}`}
          onClick={() => onDelete(variable)}
        >
          <Icon name="trash" size={16} />
        </ActionIcon>
      ),
    },
  ];
}
