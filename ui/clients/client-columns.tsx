import { Anchor, Badge, Group } from "@mantine/core";
import type { JSX } from "react";
import type { ClientInfo } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { action, figures, type RowAction } from "../shared/columns.tsx";
import { Name } from "../shared/name.tsx";
import { Ago } from "../shared/time.tsx";
import type { Column } from "../shared/virtual-table.tsx";

export function clientColumns(onDisconnect: RowAction<ClientInfo>): readonly Column<ClientInfo>[] {
  return [
    {
      key: "peer",
      title: "Client",
      width: "minmax(9rem, 2fr)",
      isSortable: true,
      cell: (client) => (
        <Group gap={6} wrap="nowrap">
          <Anchor href={hrefOf({ page: "client", client: client.id })} size="sm" className="cell-link">
            <Name text={client.peer} />
          </Anchor>
          <Detached client={client} />
        </Group>
      ),
    },
    {
      key: "label",
      title: "Label",
      width: "minmax(5rem, 2fr)",
      from: "sm",
      isSortable: true,
      cell: ({ label }) => <Name text={label} />,
    },
    {
      key: "user",
      title: "User",
      width: "minmax(4.5rem, 1fr)",
      from: "sm",
      isSortable: true,
      cell: ({ user }) => <Name text={user} />,
    },
    {
      key: "since",
      title: "Connected",
      width: "7.5rem",
      from: "md",
      isSortable: true,
      cell: ({ since }) => <Ago at={since} />,
    },
    {
      key: "lastOperation",
      title: "Last operation",
      width: "minmax(6rem, 1.5fr)",
      cell: (client) => <LastOperation client={client} />,
    },
    figures("waiting", "Waiting", "4.5rem", ({ waiting }) => count(waiting)),
    figures("operations", "Operations", "6rem", ({ operations }) => count(operations), "md"),
    figures("operationsPerSecond", "Rate", "5rem", ({ operationsPerSecond }) => rate(operationsPerSecond), "sm"),
    figures("bytesIn", "In", "5rem", ({ bytesIn }) => bytes(bytesIn), "lg"),
    figures("bytesOut", "Out", "5rem", ({ bytesOut }) => bytes(bytesOut), "lg"),
    ...action<ClientInfo>("close", ({ peer }) => `Disconnect ${peer}`, onDisconnect),
  ];
}

/** A client whose connection broke, and that may come back. */
export function Detached({ client }: { readonly client: ClientInfo }): JSX.Element | null {
  if (client.detachedSince === undefined) {
    return null;
  }
  return (
    <Badge size="sm" variant="outline" color="orange" className="badge" title="Its connection broke; it may come back">
      away
    </Badge>
  );
}

function LastOperation({ client }: { readonly client: ClientInfo }): JSX.Element {
  const { lastOperation, lastOperationAt } = client;
  return (
    <>
      {lastOperation === "" ? <span className="note">none yet</span> : lastOperation}{" "}
      {lastOperationAt !== undefined && (
        <span className="note">
          <Ago at={lastOperationAt} />
        </span>
      )}
    </>
  );
}
