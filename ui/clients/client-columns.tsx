import { ActionIcon, Anchor, Badge, Group } from "@mantine/core";
import type { JSX } from "react";
import type { ClientInfo } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { Name } from "../shared/name.tsx";
import { Ago } from "../shared/time.tsx";
import type { Column } from "../shared/virtual-table.tsx";

export function clientColumns(onDisconnect: (client: ClientInfo) => void): readonly Column<ClientInfo>[] {
  const number = { isNumber: true, isSortable: true } as const;
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
    { key: "waiting", title: "Waiting", width: "4.5rem", ...number, cell: ({ waiting }) => count(waiting) },
    {
      key: "operations",
      title: "Operations",
      width: "6rem",
      ...number,
      from: "md",
      cell: ({ operations }) => count(operations),
    },
    {
      key: "operationsPerSecond",
      title: "Rate",
      width: "5rem",
      ...number,
      from: "sm",
      cell: ({ operationsPerSecond }) => rate(operationsPerSecond),
    },
    { key: "bytesIn", title: "In", width: "5rem", ...number, from: "lg", cell: ({ bytesIn }) => bytes(bytesIn) },
    { key: "bytesOut", title: "Out", width: "5rem", ...number, from: "lg", cell: ({ bytesOut }) => bytes(bytesOut) },
    {
      key: "actions",
      title: "",
      width: "2rem",
      from: "sm",
      cell: (client) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`Disconnect ${client.peer}`}
          title="Disconnect"
          onClick={() => onDisconnect(client)}
        >
          <Icon name="close" size={15} />
        </ActionIcon>
      ),
    },
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
