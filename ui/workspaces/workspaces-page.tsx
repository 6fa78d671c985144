import { Button, Group, SegmentedControl } from "@mantine/core";
import { type JSX, useCallback, useState } from "react";
import type { ListQuery } from "../../src/web/api.ts";
import { workspacesPath } from "../api/addresses.ts";
import { counted } from "../format/numbers.ts";
import { useLiveRows } from "../live/use-live-rows.ts";
import { useMay } from "../login/use-me.ts";
import type { RowAction } from "../shared/columns.tsx";
import { Heading } from "../shared/heading.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { SearchField } from "../shared/search-field.tsx";
import { type Sorting, VirtualTable } from "../shared/virtual-table.tsx";
import type { WorkspaceInfo } from "../../src/web/api.ts";
import { DeleteWorkspace } from "./delete-workspace.tsx";
import { type Separator, separators } from "./name-tree.ts";
import { NewWorkspaceDialog } from "./new-workspace.tsx";
import { NoWorkspaces } from "./no-workspaces.tsx";
import { workspaceColumns } from "./workspace-columns.tsx";
import { WorkspaceTree } from "./workspace-tree.tsx";

type Layout = "list" | Separator;

export function WorkspacesPage(): JSX.Element {
  const mayChange = useMay("use");
  const [search, setSearch] = useState("");
  const [layout, setLayout] = useState<Layout>("list");
  const [isCreating, setCreating] = useState(false);
  const [doomed, setDoomed] = useState<WorkspaceInfo>();
  const onDelete = mayChange ? setDoomed : undefined;
  return (
    <div className="page">
      <Heading
        title="Workspaces"
        actions={
          mayChange && (
            <Button size="xs" onClick={() => setCreating(true)}>
              New workspace
            </Button>
          )
        }
      />
      <div className="toolbar">
        <SearchField label="Search workspaces" onSearch={setSearch} />
        <Group gap={6} wrap="nowrap">
          <SegmentedControl
            size="xs"
            aria-label="A list, or a tree of names parted at a character"
            value={layout}
            onChange={(value) => setLayout(value)}
            data={[
              { value: "list", label: "List" },
              ...separators.map((separator) => ({ value: separator, label: `Tree ${separator}` })),
            ]}
          />
        </Group>
      </div>
      {layout === "list" ? (
        <WorkspaceList search={search} onDelete={onDelete} />
      ) : (
        <WorkspaceTree search={search} separator={layout} onDelete={onDelete} />
      )}
      <NewWorkspaceDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <DeleteWorkspace workspace={doomed} onClose={() => setDoomed(undefined)} />
    </div>
  );
}

interface WorkspaceListProps {
  readonly search: string;
  readonly onDelete: RowAction<WorkspaceInfo>;
}

function WorkspaceList({ search, onDelete }: WorkspaceListProps): JSX.Element {
  const [sorting, setSorting] = useState<Sorting>({ sort: "name", order: "asc" });
  const pathFor = useCallback(
    (window: ListQuery) => workspacesPath({ search, ...sorting, ...window }),
    [search, sorting],
  );
  const { rows, problem, onFirstVisible } = useLiveRows<WorkspaceInfo>(pathFor);
  const total = rows?.total ?? 0;
  return (
    <>
      <ProblemAlert message={problem?.message} />
      {rows?.total === 0 ? (
        <NoWorkspaces search={search} />
      ) : (
        <VirtualTable
          label="Workspaces"
          columns={workspaceColumns(onDelete)}
          total={total}
          rowAt={(index) => rows?.byIndex.get(index)}
          sorting={sorting}
          onSort={setSorting}
          onFirstVisible={onFirstVisible}
        />
      )}
      <span className="note">{rows === undefined ? "…" : counted(total, "workspace")}</span>
    </>
  );
}
