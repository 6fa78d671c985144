import { useMemo } from "react";
import type { SleighMonitor } from "../../src/sleigh/monitor.ts";
import { MONITOR } from "./monitor-variable.ts";
import { readMonitor } from "./read-monitor.ts";
import { useSingleValue } from "./use-single-value.ts";

/** What the sleigh in a workspace tells, live. `unknown`: not yet; `none`: nothing, or nothing that can be read here. */
export function useMonitor(workspace: string): SleighMonitor | "unknown" | "none" {
  const { received, isKnown } = useSingleValue(workspace, MONITOR);
  const monitor = useMemo(() => (received === undefined ? undefined : readMonitor(received)), [received]);
  return monitor ?? (isKnown ? "none" : "unknown");
}
