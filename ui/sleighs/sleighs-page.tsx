import { Anchor, Text } from "@mantine/core";
import type { JSX } from "react";
import type { Page, WorkspaceInfo } from "../../src/web/api.ts";
import { workspacesPath } from "../api/addresses.ts";
import { hrefOf } from "../app/routes.ts";
import { count, duration, rate } from "../format/numbers.ts";
import { useLive } from "../live/use-live.ts";
import { Command } from "../shared/command.tsx";
import { Empty } from "../shared/empty.tsx";
import { Heading } from "../shared/heading.tsx";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { MONITOR } from "./monitor-variable.ts";
import { summaryOf } from "./summary.ts";
import { useMonitor } from "./use-monitor.ts";

/** Each of them is watched for its figures. */
const MOST_SHOWN = 50;

export default function SleighsPage(): JSX.Element {
  const { data, problem } = useLive<Page<WorkspaceInfo>>(workspacesPath({ variable: MONITOR, limit: MOST_SHOWN }));
  return (
    <div className="scrolling-page">
      <Heading title="Sleighs" />
      <ProblemAlert message={problem?.message} />
      {data?.total === 0 && (
        <Empty title="No sleigh is running">
          <Text size="sm">
            A sleigh is a program with workers: it shows here what they do, for as long as it runs. To see one, run the
            demo of this project’s sources; or start your own with
          </Text>
          <Command text={`const sleigh = new Sleigh({ nwsHost: "${location.hostname}" });`} />
        </Empty>
      )}
      {data !== undefined && data.total > 0 && (
        <PlainTable
          heads={[
            "Sleigh",
            "Started by",
            { figures: "Workers" },
            { figures: "Done" },
            { figures: "Failed" },
            { figures: "Rate" },
            { figures: "Time left" },
          ]}
        >
          {data.items.map((workspace) => (
            <SleighRow key={workspace.id} workspace={workspace} />
          ))}
        </PlainTable>
      )}
      {data !== undefined && data.total > data.items.length && (
        <span className="note">
          {count(data.items.length)} of {count(data.total)} sleighs
        </span>
      )}
    </div>
  );
}

function SleighRow({ workspace }: { readonly workspace: WorkspaceInfo }): JSX.Element {
  const monitor = useMonitor(workspace.id);
  const summary = typeof monitor === "string" ? undefined : summaryOf(monitor);
  return (
    <tr>
      <td>
        <Anchor href={hrefOf({ page: "sleigh", workspace: workspace.id })} size="sm">
          <Name text={workspace.name} />
        </Anchor>
      </td>
      <td>
        <Name text={workspace.owner} />
      </td>
      <td className="number">{summary === undefined ? "–" : count(summary.alive)}</td>
      <td className="number">{summary === undefined ? "–" : count(summary.done)}</td>
      <td className="number">{summary === undefined ? "–" : count(summary.failed)}</td>
      <td className="number">{summary === undefined ? "–" : rate(summary.rate)}</td>
      <td className="number">{summary?.leftMs === undefined ? "–" : duration(summary.leftMs)}</td>
    </tr>
  );
}
