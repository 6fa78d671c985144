import { Text } from "@mantine/core";
import type { JSX } from "react";
import type { ServerInfo } from "../../src/web/api.ts";
import { serverPath } from "../api/addresses.ts";
import { bytes, count, duration } from "../format/numbers.ts";
import { exactTime } from "../format/times.ts";
import { useLive } from "../live/use-live.ts";
import { useSeesAll } from "../login/use-me.ts";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { Limits } from "./limits.tsx";
import { ServerCharts } from "./server-charts.tsx";

export default function ServerPage(): JSX.Element {
  const seesAll = useSeesAll();
  const { data, problem } = useLive<ServerInfo>(serverPath);
  return (
    <div className="scrolling-page">
      <Heading title="Server" />
      <ProblemAlert message={problem?.message} />
      {data !== undefined && (
        <>
          <ServerFacts server={data} />
          {seesAll ? (
            <ServerCharts />
          ) : (
            <Text size="sm">
              The sums are of the workspaces that you may see; what the server does as a whole is not shown.
            </Text>
          )}
          <Limits limits={data.limits} />
        </>
      )}
    </div>
  );
}

function ServerFacts({ server }: { readonly server: ServerInfo }): JSX.Element {
  const seesAll = useSeesAll();
  const { version, pid, node, platform, host, port, webPort, startedAt, uptimeSeconds, dataFolder } = server;
  return (
    <>
      <Facts
        facts={[
          ["Version", version],
          ["Clients connect to", `${host}:${port}`],
          ["Web interface", `port ${webPort}`],
          [
            "Running for",
            <span key="up" title={`since ${exactTime(startedAt)}`}>
              {duration(uptimeSeconds * 1000)}
            </span>,
          ],
          ["Process", `${pid}, Node ${node}, ${platform}`],
          ...(seesAll
            ? ([["Durable data", dataFolder ?? "not kept: persistent workspaces end with the server"]] as const)
            : []),
        ]}
      />
      <Facts
        facts={[
          ["Workspaces", count(server.workspaces)],
          ["Variables", count(server.variables)],
          ["Values", count(server.values)],
          ["Waiting", count(server.waiting)],
          ...ofAll("Connections", server.connections, count),
          ...ofAll("Sessions", server.sessions, count),
          ["Values in memory", bytes(server.memoryBytes)],
          ["In files", bytes(server.fileBytes)],
          ...ofAll("Memory of the process", server.residentBytes, bytes),
        ]}
      />
    </>
  );
}

/** A figure that only those get who may see all workspaces. */
function ofAll(
  label: string,
  figure: number | undefined,
  text: (figure: number) => string,
): readonly (readonly [string, string])[] {
  return figure === undefined ? [] : [[label, text(figure)]];
}
