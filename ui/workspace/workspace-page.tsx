import { Anchor, Button, Text } from "@mantine/core";
import { type JSX, useCallback, useState } from "react";
import type { ListQuery, Problem, VariableInfo, WorkspaceInfo } from "../../src/web/api.ts";
import { variablePath, variablesPath, workspacePath } from "../api/addresses.ts";
import { hrefOf, nameOfId } from "../app/routes.ts";
import { goTo } from "../app/use-route.ts";
import { bytes, count, counted, rate } from "../format/numbers.ts";
import { useLive } from "../live/use-live.ts";
import { useLiveRows } from "../live/use-live-rows.ts";
import { useMay } from "../login/use-me.ts";
import type { RowAction } from "../shared/columns.tsx";
import { Empty } from "../shared/empty.tsx";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { SearchField } from "../shared/search-field.tsx";
import { type Sorting, VirtualTable } from "../shared/virtual-table.tsx";
import { DeleteVariable } from "../variable/delete-variable.tsx";
import { DeclareDialog } from "../variable/declare.tsx";
import { MONITOR } from "../sleighs/monitor-variable.ts";
import { DeleteWorkspace } from "../workspaces/delete-workspace.tsx";
import { Kept, Owner } from "../workspaces/workspace-columns.tsx";
import { NoVariables } from "./no-variables.tsx";
import { variableColumns } from "./variable-columns.tsx";

export function WorkspacePage({ workspace }: { readonly workspace: string }): JSX.Element {
  const { data, problem } = useLive<WorkspaceInfo>(workspacePath(workspace));
  const mayChange = useMay("use");
  const [search, setSearch] = useState("");
  const [isDeclaring, setDeclaring] = useState(false);
  const [doomedWorkspace, setDoomedWorkspace] = useState<WorkspaceInfo>();
  const [doomedVariable, setDoomedVariable] = useState<VariableInfo>();
  return (
    <div className="page">
      <Heading
        above={[{ text: "Workspaces", href: hrefOf({ page: "workspaces" }) }]}
        title={data?.name ?? nameOfId(workspace)}
        badges={data === undefined ? null : <Kept isPersistent={data.persistent} />}
        actions={
          <>
            <SleighLink workspace={workspace} />
            {mayChange && (
              <>
                <Button size="xs" onClick={() => setDeclaring(true)} disabled={data === undefined}>
                  Declare a variable
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={data === undefined}
                  onClick={() => setDoomedWorkspace(data)}
                >
                  Delete
                </Button>
              </>
            )}
          </>
        }
      />
      {problem === undefined ? (
        <>
          {data !== undefined && <WorkspaceFacts workspace={data} />}
          <div className="toolbar">
            <SearchField label="Search variables" onSearch={setSearch} />
          </div>
          <VariableList workspace={workspace} search={search} onDelete={mayChange ? setDoomedVariable : undefined} />
        </>
      ) : (
        <NotThere problem={problem} />
      )}
      <DeclareDialog
        workspace={workspace}
        isOpen={isDeclaring}
        onClose={() => setDeclaring(false)}
        onDeclared={({ id }) => goTo(hrefOf({ page: "variable", workspace, variable: id }))}
      />
      <DeleteWorkspace
        workspace={doomedWorkspace}
        onClose={() => setDoomedWorkspace(undefined)}
        onDeleted={() => goTo(hrefOf({ page: "workspaces" }))}
      />
      <DeleteVariable workspace={workspace} variable={doomedVariable} onClose={() => setDoomedVariable(undefined)} />
    </div>
  );
}

/** The workspace of a sleigh has a page that tells how its work goes. */
function SleighLink({ workspace }: { readonly workspace: string }): JSX.Element | null {
  const { data } = useLive<VariableInfo>(variablePath(workspace, MONITOR));
  return data === undefined ? null : (
    <Anchor href={hrefOf({ page: "sleigh", workspace })} size="sm">
      Sleigh monitor
    </Anchor>
  );
}

function WorkspaceFacts({ workspace }: { readonly workspace: WorkspaceInfo }): JSX.Element {
  const { owner, ownerClient, variables, values, booked, waiting, storedPerSecond, fetchedPerSecond } = workspace;
  return (
    <Facts
      facts={[
        ["Owner", <Owner key="owner" owner={owner} client={ownerClient} />],
        ["Variables", count(variables)],
        ["Values", count(values)],
        ["Booked", count(booked)],
        ["Size", bytes(workspace.bytes)],
        ["Waiting", count(waiting)],
        ["Stored", rate(storedPerSecond)],
        ["Fetched", rate(fetchedPerSecond)],
      ]}
    />
  );
}

interface VariableListProps {
  readonly workspace: string;
  readonly search: string;
  readonly onDelete: RowAction<VariableInfo>;
}

function VariableList({ workspace, search, onDelete }: VariableListProps): JSX.Element {
  const [sorting, setSorting] = useState<Sorting>({ sort: "name", order: "asc" });
  const pathFor = useCallback(
    (window: ListQuery) => variablesPath(workspace, { search, ...sorting, ...window }),
    [workspace, search, sorting],
  );
  const { rows, problem, onFirstVisible } = useLiveRows<VariableInfo>(pathFor);
  const total = rows?.total ?? 0;
  return (
    <>
      <ProblemAlert message={problem?.message} />
      {rows?.total === 0 ? (
        <NoVariables workspace={workspace} search={search} />
      ) : (
        <VirtualTable
          label="Variables"
          columns={variableColumns(workspace, onDelete)}
          total={total}
          rowAt={(index) => rows?.byIndex.get(index)}
          sorting={sorting}
          onSort={setSorting}
          onFirstVisible={onFirstVisible}
        />
      )}
      <span className="note">{rows === undefined ? "…" : counted(total, "variable")}</span>
    </>
  );
}

/** A workspace that somebody deleted, or that went with its owner while one looked at it. */
export function NotThere({ problem }: { readonly problem: Problem }): JSX.Element {
  return (
    <Empty title="It is not there">
      <ProblemAlert message={problem.message} />
      <Text size="sm">
        Somebody deleted it, or it went with its owner; when it is made again, this page shows it.{" "}
        <Anchor href={hrefOf({ page: "workspaces" })} underline="always">
          All workspaces
        </Anchor>
      </Text>
    </Empty>
  );
}
