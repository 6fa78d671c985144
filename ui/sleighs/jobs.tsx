import { Badge, Progress } from "@mantine/core";
import type { JSX } from "react";
import type { MonitoredJob } from "../../src/sleigh/monitor.ts";
import { count, duration, percent, rate } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";
import { shareDone } from "./summary.ts";

export interface JobsProps {
  readonly jobs: readonly MonitoredJob[];
  /** So many calls there were in all. */
  readonly jobCount: number;
}

/** The sleigh's calls, the newest first: those under way, and the last ones that have ended. */
export function Jobs({ jobs, jobCount }: JobsProps): JSX.Element {
  return (
    <section aria-labelledby="jobs">
      <h2 className="section-title" id="jobs">
        Calls ({count(jobCount)})
      </h2>
      {jobs.length === 0 ? (
        <span className="note">None yet.</span>
      ) : (
        <div className="scroll-x limited" tabIndex={0} role="region" aria-labelledby="jobs">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  No.
                </th>
                <th scope="col">Function</th>
                <th scope="col">State</th>
                <th scope="col">Progress</th>
                <th scope="col" className="number">
                  Done
                </th>
                <th scope="col" className="number">
                  Failed
                </th>
                <th scope="col" className="number">
                  Running
                </th>
                <th scope="col" className="number">
                  Rate
                </th>
                <th scope="col" className="number">
                  Time left
                </th>
              </tr>
            </thead>
            <tbody>
              {jobs.toReversed().map((job) => (
                <JobRow key={job.number} job={job} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function JobRow({ job }: { readonly job: MonitoredJob }): JSX.Element {
  const { number, name, state, total, done, failed, running, leftMs } = job;
  const share = shareDone(job);
  return (
    <tr>
      <td className="number">{number}</td>
      <td>{name === "" ? <span className="note">without a name</span> : <Name text={name} />}</td>
      <td>
        <Badge
          size="sm"
          variant="outline"
          className="badge"
          color={state === "running" ? "teal" : state === "failed" ? "red" : "gray"}
        >
          {state}
        </Badge>
      </td>
      <td>
        {share !== undefined && (
          <span className="share">
            <Progress value={share * 100} size="sm" aria-label={`Call ${number} is done`} />
            <span>{percent(share)}</span>
          </span>
        )}
      </td>
      <td className="number">
        {count(done)}
        {total !== undefined && ` of ${count(total)}`}
      </td>
      <td className="number">{count(failed)}</td>
      <td className="number">{count(running)}</td>
      <td className="number">{rate(job.rate)}</td>
      <td className="number">{state === "running" && leftMs !== undefined ? duration(leftMs) : "–"}</td>
    </tr>
  );
}
