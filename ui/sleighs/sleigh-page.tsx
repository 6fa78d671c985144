import "./sleighs.css";
import { Anchor, Badge, Text } from "@mantine/core";
import type { JSX } from "react";
import type { SleighMonitor } from "../../src/sleigh/monitor.ts";
import { hrefOf, nameOfId } from "../app/routes.ts";
import { count, duration, rate } from "../format/numbers.ts";
import { Empty } from "../shared/empty.tsx";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { Ago } from "../shared/time.tsx";
import { isoTime } from "./iso-time.ts";
import { Jobs } from "./jobs.tsx";
import { Errors, Output } from "./output.tsx";
import { summaryOf } from "./summary.ts";
import { Timeline } from "./timeline.tsx";
import { useMonitor } from "./use-monitor.ts";
import { WebLaunch } from "./web-launch.tsx";
import { Workers } from "./workers.tsx";

export default function SleighPage({ workspace }: { readonly workspace: string }): JSX.Element {
  const monitor = useMonitor(workspace);
  return (
    <div className="scrolling-page">
      <Heading
        above={[{ text: "Sleighs", href: hrefOf({ page: "sleighs" }) }]}
        title={nameOfId(workspace)}
        badges={typeof monitor === "string" ? null : <Working monitor={monitor} />}
        actions={
          <Anchor href={hrefOf({ page: "workspace", workspace })} size="sm">
            Its workspace
          </Anchor>
        }
      />
      <WebLaunch workspace={workspace} />
      {monitor === "none" && (
        <Empty title="Nothing is heard of this sleigh">
          <Text size="sm">
            Its program has ended, or it is of another version than this page.{" "}
            <Anchor href={hrefOf({ page: "sleighs" })} underline="always">
              All sleighs
            </Anchor>
          </Text>
        </Empty>
      )}
      {typeof monitor !== "string" && (
        <>
          <SleighFacts monitor={monitor} />
          <Workers workers={monitor.workers} />
          <Timeline timeline={monitor.timeline} />
          <Jobs jobs={monitor.jobs} jobCount={monitor.jobCount} />
          <Errors errors={monitor.errors} startedAt={monitor.startedAt} />
          <Output output={monitor.output} startedAt={monitor.startedAt} />
        </>
      )}
    </div>
  );
}

function Working({ monitor }: { readonly monitor: SleighMonitor }): JSX.Element {
  const { isWorking } = summaryOf(monitor);
  return (
    <Badge size="sm" variant="outline" color={isWorking ? "teal" : "gray"} className="badge">
      {isWorking ? "working" : "idle"}
    </Badge>
  );
}

function SleighFacts({ monitor }: { readonly monitor: SleighMonitor }): JSX.Element {
  const { alive, submitted, running, done, failed, rate: perSecond, leftMs } = summaryOf(monitor);
  return (
    <Facts
      facts={[
        ["Workers", alive === monitor.workerCount ? count(alive) : `${count(alive)} of ${count(monitor.workerCount)}`],
        ["Submitted", count(submitted)],
        ["Running", count(running)],
        ["Done", count(done)],
        ["Failed", count(failed)],
        ["Rate", rate(perSecond)],
        ["Time left", leftMs === undefined ? "–" : duration(leftMs)],
        ["Started", <Ago key="started" at={isoTime(monitor.startedAt)} />],
        ["Last news", <Ago key="news" at={isoTime(monitor.startedAt + monitor.updatedAt)} />],
      ]}
    />
  );
}
