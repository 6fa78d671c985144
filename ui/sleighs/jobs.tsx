import { Badge, Progress } from "@mantine/core";
import type { JSX } from "react";
import type { MonitoredJob } from "../../src/sleigh/monitor.ts";
import { count, duration, percent, rate } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { Section } from "../shared/section.tsx";
import { shareDone } from "./summary.ts";

export interface JobsProps {
  readonly jobs: readonly MonitoredJob[];
  /** So many calls there were in all. */
  readonly jobCount: number;
}

/** The sleigh's calls, the newest first: those under way, and the last ones that have ended. */
export function Jobs({ jobs, jobCount }: JobsProps): JSX.Element {
  return (
    <Section id="jobs" title={`Calls (${count(jobCount)})`}>
      {jobs.length === 0 ? (
        <span className="note">None yet.</span>
      ) : (
        <PlainTable
          heads={[
            { figures: "No." },
            "Function",
            "State",
            "Progress",
            { figures: "Done" },
            { figures: "Failed" },
            { figures: "Running" },
            { figures: "Rate" },
            { figures: "Time left" },
          ]}
          limited="jobs"
        >
          {jobs.toReversed().map((job) => (
            <JobRow key={job.number} job={job} />
          ))}
        </PlainTable>
      )}
    </Section>
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
