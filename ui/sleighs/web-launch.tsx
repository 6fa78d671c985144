import { Button, Text } from "@mantine/core";
import { type JSX, useMemo, useState } from "react";
import type { Done, VariableDetail } from "../../src/web/api.ts";
import { variablePath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { useLive } from "../live/use-live.ts";
import { useMay } from "../login/use-me.ts";
import { Command } from "../shared/command.tsx";
import { Dialog } from "../shared/dialog.tsx";
import { contentOf } from "../viewers/content.ts";
import { useSingleValue } from "./use-single-value.ts";

/** As src/sleigh/launchers/web.ts has them. */
const RUN_ME = "runMe";
const DELETE_ME = "deleteMeWhenAllWorkersStarted";

/** Workers that are started by hand: the command to paste, and the way to say that all are started. Nothing for other sleighs. */
export function WebLaunch({ workspace }: { readonly workspace: string }): JSX.Element | null {
  const { received } = useSingleValue(workspace, RUN_ME);
  const { data: signal } = useLive<VariableDetail>(variablePath(workspace, DELETE_ME));
  const mayChange = useMay("use");
  const [isAsking, setAsking] = useState(false);
  const content = useMemo(() => (received === undefined ? undefined : contentOf(received)), [received]);
  if (content?.kind !== "text" || signal === undefined) {
    return null;
  }
  return (
    <section className="panel web-launch" aria-labelledby="web-launch">
      <h2 className="section-title" id="web-launch">
        This sleigh waits for its workers
      </h2>
      <Text size="sm">Run this command on each machine that shall work, once for each worker:</Text>
      <Command text={content.text} />
      {mayChange && (
        <Button size="xs" onClick={() => setAsking(true)}>
          All workers are started
        </Button>
      )}
      <Dialog
        title="Are all workers started?"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        verb="All are started"
        onDo={async () => {
          await send<Done>("DELETE", variablePath(workspace, DELETE_ME));
        }}
      >
        <Text size="sm">The program goes on with the workers that have joined; no more can join afterwards.</Text>
      </Dialog>
    </section>
  );
}
