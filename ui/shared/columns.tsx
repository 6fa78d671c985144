import { ActionIcon } from "@mantine/core";
import type { JSX } from "react";
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

/** What a button does with a row; undefined: one may not. */
export type RowAction<T> = ((row: T) => void) | undefined;

/** The last column: a button for what can be done with a row; none where one may not. `label`: with its name, for who hears it. */
export function action<T>(icon: IconName, label: (row: T) => string, onDo: RowAction<T>): Column<T>[] {
  if (onDo === undefined) {
    return [];
  }
  const cell = (row: T): JSX.Element => (
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label(row)} onClick={() => onDo(row)}>
      <Icon name={icon} size={16} />
    </ActionIcon>
  );
  return [{ key: "actions", title: "", width: "2rem", from: "sm", cell }];
}
