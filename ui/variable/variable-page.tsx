import { Badge } from "@mantine/core";
import type { JSX } from "react";
import type { VariableDetail } from "../../src/web/api.ts";
import { variablePath } from "../api/addresses.ts";
import { hrefOf, nameOfId } from "../app/routes.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { limitsText } from "./limits-text.ts";
import { useLive } from "../live/use-live.ts";
import { useMay } from "../login/use-me.ts";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { Sparkline } from "../shared/sparkline.tsx";
import { AlertBadge } from "../workspace/alert-badge.tsx";
import { NotThere } from "../workspace/workspace-page.tsx";
import { Holders } from "./holders.tsx";
import { ValueList } from "./value-list.tsx";
import { VariableActions } from "./variable-actions.tsx";
import { Waiters } from "./waiters.tsx";

export interface VariablePageProps {
  /** Ids. */
  readonly workspace: string;
  readonly variable: string;
}

export default function VariablePage({ workspace, variable }: VariablePageProps): JSX.Element {
  const { data, problem } = useLive<VariableDetail>(variablePath(workspace, variable));
  const mayChange = useMay("use");
  return (
    <div className="scrolling-page">
      <Heading
        above={[
          { text: "Workspaces", href: hrefOf({ page: "workspaces" }) },
          { text: data?.workspace.name ?? nameOfId(workspace), href: hrefOf({ page: "workspace", workspace }) },
        ]}
        title={data?.name ?? nameOfId(variable)}
        badges={data === undefined ? null : <VariableBadges variable={data} />}
        actions={data !== undefined && mayChange && <VariableActions workspace={workspace} variable={data} />}
      />
      {problem === undefined ? (
        <>
          {data !== undefined && (
            <>
              <VariableFacts variable={data} />
              <Waiters waiters={data.waiters} total={data.fetchers + data.finders + data.storers} />
              <Holders holders={data.holders} />
            </>
          )}
          <ValueList workspace={workspace} variable={variable} />
        </>
      ) : (
        <NotThere problem={problem} />
      )}
    </div>
  );
}

function VariableBadges({ variable }: { readonly variable: VariableDetail }): JSX.Element {
  return (
    <>
      <Badge size="sm" variant="outline" color="gray" className="badge">
        {variable.mode}
      </Badge>
      {variable.guarded && (
        <Badge
          size="sm"
          variant="outline"
          color="gray"
          className="badge"
          title="Only the owner of the workspace stores into it"
        >
          guarded
        </Badge>
      )}
      <AlertBadge alert={variable.alert} />
    </>
  );
}

function VariableFacts({ variable }: { readonly variable: VariableDetail }): JSX.Element {
  const { values, booked, fetchers, finders, storers, stored, fetched, storedPerSecond, fetchedPerSecond, depths } =
    variable;
  return (
    <Facts
      facts={[
        ["Values", count(values)],
        ["Booked", count(booked)],
        ["Size", bytes(variable.bytes)],
        ["Fetchers", count(fetchers)],
        ["Finders", count(finders)],
        ...(variable.limits === undefined
          ? []
          : ([
              ["Storers", count(storers)],
              ["Limits", limitsText(variable.limits)],
            ] as const)),
        ["Stored", withRate(stored, storedPerSecond)],
        ["Fetched", withRate(fetched, fetchedPerSecond)],
        ["Last minute", <Sparkline key="depths" depths={depths} />],
      ]}
    />
  );
}

/** `1,200 (35/s)`; the count alone while nothing happens. */
function withRate(total: number, perSecond: number): string {
  return perSecond === 0 ? count(total) : `${count(total)} (${rate(perSecond)})`;
}
