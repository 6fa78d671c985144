import { Badge, Progress } from "@mantine/core";
import type { JSX } from "react";
import type { MonitoredWorker } from "../../src/sleigh/monitor.ts";
import { count, duration, percent } from "../format/numbers.ts";
import { visibleLine } from "../format/visible-text.ts";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { Section } from "../shared/section.tsx";

export function Workers({ workers }: { readonly workers: readonly MonitoredWorker[] }): JSX.Element {
  return (
    <Section id="workers" title={<>Workers ({count(workers.filter(({ state }) => state === "joined").length)})</>}>
      {workers.length === 0 ? (
        <span className="note">None has joined yet.</span>
      ) : (
        <PlainTable
          heads={[
            { figures: "Rank" },
            "State",
            "Host",
            { figures: "Process" },
            { figures: "Done" },
            { figures: "Failed" },
            "Busy, now",
            { figures: "in all" },
            { figures: "Time of tasks" },
          ]}
          limited="workers"
        >
          {workers
            .toSorted((a, b) => a.rank - b.rank)
            .map((worker) => (
              <WorkerRow key={`${worker.rank} ${worker.joinedAt} ${worker.pid}`} worker={worker} />
            ))}
        </PlainTable>
      )}
    </Section>
  );
}

function WorkerRow({ worker }: { readonly worker: MonitoredWorker }): JSX.Element {
  const { rank, host, pid, runtime, done, failed, busyMs, recentBusyShare, busyShare } = worker;
  return (
    <tr>
      <td className="number">{rank}</td>
      <td>
        <WorkerState worker={worker} />
      </td>
      <td title={visibleLine(runtime)}>
        <Name text={host} />
      </td>
      <td className="number">{pid}</td>
      <td className="number">{count(done)}</td>
      <td className="number">{count(failed)}</td>
      <td>
        <span className="share">
          <Progress value={recentBusyShare * 100} size="sm" aria-label={`Worker ${rank} is busy`} />
          <span>{percent(recentBusyShare)}</span>
        </span>
      </td>
      <td className="number">{percent(busyShare)}</td>
      <td className="number">{duration(busyMs)}</td>
    </tr>
  );
}

function WorkerState({ worker: { state, reason } }: { readonly worker: MonitoredWorker }): JSX.Element {
  return (
    <Badge
      size="sm"
      variant="outline"
      className="badge"
      color={state === "joined" ? "teal" : state === "lost" ? "red" : "gray"}
      title={reason === undefined ? "It lives" : visibleLine(reason)}
    >
      {state === "joined" ? "alive" : state}
    </Badge>
  );
}
