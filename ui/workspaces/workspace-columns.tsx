import { Anchor, Badge, Group } from "@mantine/core";
import type { JSX } from "react";
import type { WorkspaceInfo } from "../../src/web/api.ts";
import { ClientLink } from "../clients/client-link.tsx";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { action, figures, type RowAction } from "../shared/columns.tsx";
import { Name } from "../shared/name.tsx";
import type { Column } from "../shared/virtual-table.tsx";

export function workspaceColumns(onDelete: RowAction<WorkspaceInfo>): readonly Column<WorkspaceInfo>[] {
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
      width: "6rem",
      from: "md",
      cell: ({ persistent }) => <Kept isPersistent={persistent} />,
    },
    figures("variables", "Variables", "4.75rem", ({ variables }) => count(variables)),
    figures("values", "Values", "5rem", ({ values }) => count(values)),
    figures("bytes", "Size", "5.5rem", (workspace) => bytes(workspace.bytes), "sm"),
    figures("waiting", "Waiting", "4.5rem", ({ waiting }) => count(waiting), "md"),
    figures("storedPerSecond", "Stored", "4.75rem", ({ storedPerSecond }) => rate(storedPerSecond), "lg"),
    figures("fetchedPerSecond", "Fetched", "4.75rem", ({ fetchedPerSecond }) => rate(fetchedPerSecond), "lg"),
    ...action<WorkspaceInfo>("trash", ({ name }) => `Delete workspace ${name}`, onDelete),
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
    <ClientLink client={client} isQuiet>
      <Name text={owner} />
    </ClientLink>
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
