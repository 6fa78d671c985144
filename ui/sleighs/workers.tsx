import { Badge, Progress } from "@mantine/core";
import type { JSX } from "react";
import type { MonitoredWorker } from "../../src/sleigh/monitor.ts";
import { count, duration, percent } from "../format/numbers.ts";
import { visibleLine } from "../format/visible-text.ts";
import { Name } from "../shared/name.tsx";

export function Workers({ workers }: { readonly workers: readonly MonitoredWorker[] }): JSX.Element {
  return (
    <section aria-labelledby="workers">
      <h2 className="section-title" id="workers">
        Workers ({count(workers.filter(({ state }) => state === "joined").length)})
      </h2>
      {workers.length === 0 ? (
        <span className="note">None has joined yet.</span>
      ) : (
        <div className="scroll-x limited" tabIndex={0} role="region" aria-labelledby="workers">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  Rank
                </th>
                <th scope="col">State</th>
                <th scope="col">Host</th>
                <th scope="col" className="number">
                  Process
                </th>
                <th scope="col" className="number">
                  Done
                </th>
                <th scope="col" className="number">
                  Failed
                </th>
                <th scope="col">Busy, now</th>
                <th scope="col" className="number">
                  in all
                </th>
                <th scope="col" className="number">
                  Time of tasks
                </th>
              </tr>
            </thead>
            <tbody>
              {workers
                .toSorted((a, b) => a.rank - b.rank)
                .map((worker) => (
                  <WorkerRow key={`${worker.rank} ${worker.joinedAt} ${worker.pid}`} worker={worker} />
                ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
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
