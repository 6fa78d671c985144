import type { JSX } from "react";
import type { ServerInfo } from "../../src/web/api.ts";
import { serverPath } from "../api/addresses.ts";
import { bytes, count, duration } from "../format/numbers.ts";
import { exactTime } from "../format/times.ts";
import { useLive } from "../live/use-live.ts";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { Limits } from "./limits.tsx";
import { ServerCharts } from "./server-charts.tsx";

export default function ServerPage(): JSX.Element {
  const { data, problem } = useLive<ServerInfo>(serverPath);
  return (
    <div className="scrolling-page">
      <Heading title="Server" />
      <ProblemAlert message={problem?.message} />
      {data !== undefined && (
        <>
          <ServerFacts server={data} />
          <ServerCharts />
          <Limits limits={data.limits} />
        </>
      )}
    </div>
  );
}

function ServerFacts({ server }: { readonly server: ServerInfo }): JSX.Element {
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
          ["Durable data", dataFolder ?? "not kept: persistent workspaces end with the server"],
        ]}
      />
      <Facts
        facts={[
          ["Workspaces", count(server.workspaces)],
          ["Variables", count(server.variables)],
          ["Values", count(server.values)],
          ["Waiting", count(server.waiting)],
          ["Connections", count(server.connections)],
          ["Sessions", count(server.sessions)],
          ["Values in memory", bytes(server.memoryBytes)],
          ["In files", bytes(server.fileBytes)],
          ["Memory of the process", bytes(server.residentBytes)],
        ]}
      />
    </>
  );
}
