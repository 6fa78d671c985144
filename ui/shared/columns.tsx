import { ActionIcon } from "@mantine/core";
import { Icon, type IconName } from "./icon.tsx";
import type { Column } from "./virtual-table.tsx";

/** A sortable column of figures. */
export function figures<T>(
  key: string,
  title: string,
  width: string,
  text: (row: T) => string,
  from?: "sm" | "md" | "lg",
): Column<T> {
  return { key, title, width, isNumber: true, isSortable: true, cell: text, ...(from !== undefined && { from }) };
}

/** The last column: a button for what can be done with a row. `label`: with its name, for who hears it. */
export function action<T>(icon: IconName, label: (row: T) => string, onDo: (row: T) => void): Column<T> {
  return {
    key: "actions",
    title: "",
    width: "2rem",
    from: "sm",
    cell: (row) => (
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label(row)} onClick={() => onDo(row)}>
        <Icon name={icon} size={16} />
      </ActionIcon>
    ),
  };
}
