import { Text } from "@mantine/core";
import { type JSX, useCallback, useState } from "react";
import type { ClientInfo, ListQuery } from "../../src/web/api.ts";
import { clientsPath } from "../api/addresses.ts";
import { counted } from "../format/numbers.ts";
import { useLiveRows } from "../live/use-live-rows.ts";
import { useMay } from "../login/use-me.ts";
import { Command } from "../shared/command.tsx";
import { Empty } from "../shared/empty.tsx";
import { Heading } from "../shared/heading.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { SearchField } from "../shared/search-field.tsx";
import { type Sorting, VirtualTable } from "../shared/virtual-table.tsx";
import { clientColumns } from "./client-columns.tsx";
import { DisconnectClient } from "./disconnect-client.tsx";

export function ClientsPage(): JSX.Element {
  const mayDisconnect = useMay("admin");
  const [search, setSearch] = useState("");
  const [sorting, setSorting] = useState<Sorting>({ sort: "since", order: "asc" });
  const [doomed, setDoomed] = useState<ClientInfo>();
  const pathFor = useCallback((window: ListQuery) => clientsPath({ search, ...sorting, ...window }), [search, sorting]);
  const { rows, problem, onFirstVisible } = useLiveRows<ClientInfo>(pathFor);
  const total = rows?.total ?? 0;
  return (
    <div className="page">
      <Heading title="Clients" />
      <div className="toolbar">
        <SearchField label="Search clients" onSearch={setSearch} />
      </div>
      <ProblemAlert message={problem?.message} />
      {rows?.total === 0 ? (
        <NoClients search={search} />
      ) : (
        <VirtualTable
          label="Clients"
          columns={clientColumns(mayDisconnect ? setDoomed : undefined)}
          total={total}
          rowAt={(index) => rows?.byIndex.get(index)}
          sorting={sorting}
          onSort={setSorting}
          onFirstVisible={onFirstVisible}
        />
      )}
      <span className="note">{rows === undefined ? "…" : counted(total, "client")}</span>
      <DisconnectClient client={doomed} onClose={() => setDoomed(undefined)} />
    </div>
  );
}

function NoClients({ search }: { readonly search: string }): JSX.Element {
  if (search !== "") {
    return (
      <Empty title="No client looks like that">
        <Text size="sm">Escape in the search field shows all again.</Text>
      </Empty>
    );
  }
  return (
    <Empty title="No client is connected">
      <Text size="sm">Every program that opens a workspace shows up here. This one waits, so that you can see it:</Text>
      <Command text="npx networkspaces fetch my-workspace greeting" />
    </Empty>
  );
}
