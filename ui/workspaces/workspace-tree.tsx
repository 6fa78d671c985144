import { UnstyledButton } from "@mantine/core";
import { type JSX, useMemo, useState } from "react";
import type { WorkspaceInfo } from "../../src/web/api.ts";
import { count, counted } from "../format/numbers.ts";
import type { RowAction } from "../shared/columns.tsx";
import { Icon } from "../shared/icon.tsx";
import { Name } from "../shared/name.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { type Column, VirtualTable } from "../shared/virtual-table.tsx";
import { nameTree, type Separator, type TreeFolder, type TreeRow, treeRows } from "./name-tree.ts";
import { NoWorkspaces } from "./no-workspaces.tsx";
import { useAllWorkspaces } from "./use-all-workspaces.ts";
import { WorkspaceLink, workspaceColumns } from "./workspace-columns.tsx";

export interface WorkspaceTreeProps {
  readonly search: string;
  readonly separator: Separator;
  readonly onDelete: RowAction<WorkspaceInfo>;
}

type Row = TreeRow<WorkspaceInfo>;

export function WorkspaceTree({ search, separator, onDelete }: WorkspaceTreeProps): JSX.Element {
  const { items, total, problem } = useAllWorkspaces(search);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const tree = useMemo(() => nameTree(items ?? [], separator), [items, separator]);
  const rows = useMemo(() => treeRows(tree, open), [tree, open]);
  const toggle = (path: string): void =>
    setOpen(open.has(path) ? new Set([...open].filter((one) => one !== path)) : new Set([...open, path]));
  if (items?.length === 0) {
    return <NoWorkspaces search={search} />;
  }
  const missing = total - (items?.length ?? 0);
  return (
    <>
      <ProblemAlert message={problem?.message} />
      <VirtualTable
        label="Workspaces as a tree"
        columns={treeColumns(toggle, onDelete)}
        total={rows.length}
        rowAt={(index) => rows[index]}
      />
      <span className="note">
        {counted(total, "workspace")}
        {missing > 0 && `; the tree has the first ${count(items?.length ?? 0)} by name: search to see others`}
      </span>
    </>
  );
}

/** The columns of the list, with the first one indented; folders have only that one. */
function treeColumns(toggle: (path: string) => void, onDelete: RowAction<WorkspaceInfo>): Column<Row>[] {
  return workspaceColumns(onDelete).map((column) => ({
    ...column,
    isSortable: false,
    cell: (row) => {
      if (column.key === "name") {
        return (
          <span className="tree-name" style={{ paddingInlineStart: `${row.depth * 1.25}rem` }}>
            {"folder" in row ? (
              <Folder folder={row.folder} isOpen={row.isOpen} onToggle={() => toggle(row.folder.path)} />
            ) : (
              <WorkspaceLink workspace={row.leaf.item} label={row.leaf.label} />
            )}
          </span>
        );
      }
      return "folder" in row ? null : column.cell(row.leaf.item);
    },
  }));
}

interface FolderProps {
  readonly folder: TreeFolder<WorkspaceInfo>;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Folder({ folder, isOpen, onToggle }: FolderProps): JSX.Element {
  return (
    <UnstyledButton onClick={onToggle} aria-expanded={isOpen} className="tree-folder">
      <Icon name={isOpen ? "open" : "right"} size={13} />
      <Icon name="folder" size={15} />
      <Name text={folder.label} />
      <span className="note">{count(folder.count)}</span>
    </UnstyledButton>
  );
}
