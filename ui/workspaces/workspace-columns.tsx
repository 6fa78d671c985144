import { ActionIcon, Anchor, Badge, Group } from "@mantine/core";
import type { JSX } from "react";
import type { WorkspaceInfo } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { Name } from "../shared/name.tsx";
import type { Column } from "../shared/virtual-table.tsx";

export function workspaceColumns(onDelete: (workspace: WorkspaceInfo) => void): readonly Column<WorkspaceInfo>[] {
  return [
    {
      key: "name",
      title: "Name",
      width: "minmax(7rem, 3fr)",
      isSortable: true,
      cell: (workspace) => <WorkspaceLink workspace={workspace} />,
    },
    {
      key: "owner",
      title: "Owner",
      width: "minmax(6rem, 2.5fr)",
      isSortable: true,
      from: "sm",
      cell: ({ owner, ownerClient }) => <Owner owner={owner} client={ownerClient} />,
    },
    {
      key: "persistent",
      title: "Kept",
      width: "6.5rem",
      from: "md",
      cell: ({ persistent }) => <Kept isPersistent={persistent} />,
    },
    {
      key: "variables",
      title: "Variables",
      width: "4.75rem",
      isNumber: true,
      isSortable: true,
      cell: (w) => count(w.variables),
    },
    { key: "values", title: "Values", width: "6rem", isNumber: true, isSortable: true, cell: (w) => count(w.values) },
    {
      key: "bytes",
      title: "Size",
      width: "5.5rem",
      isNumber: true,
      isSortable: true,
      from: "sm",
      cell: (w) => bytes(w.bytes),
    },
    {
      key: "waiting",
      title: "Waiting",
      width: "5rem",
      isNumber: true,
      isSortable: true,
      from: "md",
      cell: (w) => count(w.waiting),
    },
    {
      key: "storedPerSecond",
      title: "Stored",
      width: "5.5rem",
      isNumber: true,
      isSortable: true,
      from: "lg",
      cell: (w) => rate(w.storedPerSecond),
    },
    {
      key: "fetchedPerSecond",
      title: "Fetched",
      width: "5.5rem",
      isNumber: true,
      isSortable: true,
      from: "lg",
      cell: (w) => rate(w.fetchedPerSecond),
    },
    {
      key: "actions",
      title: "",
      width: "2rem",
      from: "sm",
      cell: (workspace) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Delete workspace ${workspace.name}`}
          onClick={() => onDelete(workspace)}
        >
          <Icon name="trash" size={16} />
        </ActionIcon>
      ),
    },
  ];
}

export function WorkspaceLink({ workspace, label }: { workspace: WorkspaceInfo; label?: string }): JSX.Element {
  return (
    <Anchor href={hrefOf({ page: "workspace", workspace: workspace.id })} size="sm" className="cell-link">
      <Name text={label ?? workspace.name} />
    </Anchor>
  );
}

export function Owner({ owner, client }: { owner: string; client: string | undefined }): JSX.Element {
  if (owner === "") {
    return <span className="note">nobody</span>;
  }
  return client === undefined ? (
    <Name text={owner} />
  ) : (
    <Anchor href={hrefOf({ page: "client", client })} size="sm" c="inherit">
      <Name text={owner} />
    </Anchor>
  );
}

export function Kept({ isPersistent }: { isPersistent: boolean }): JSX.Element {
  return (
    <Group gap={4}>
      {isPersistent ? (
        <Badge size="sm" variant="light" color="cyan" tt="none" title="Persistent: it stays when its owner goes">
          persistent
        </Badge>
      ) : (
        <span className="note" title="It goes when its owner goes">
          with owner
        </span>
      )}
    </Group>
  );
}
