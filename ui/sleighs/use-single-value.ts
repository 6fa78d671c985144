import { useMemo } from "react";
import type { ValuePage } from "../../src/web/api.ts";
import { valuesPath } from "../api/addresses.ts";
import { useLive } from "../live/use-live.ts";
import type { Received } from "../viewers/content.ts";
import { receivedOf } from "../viewers/preview.ts";

/** A variable of mode single, live. */
export interface SingleValue {
  /** Its value; undefined when there is none, or none has come yet. */
  readonly received: Received | undefined;
  /** The answer has come. */
  readonly isKnown: boolean;
}

/** What sleighs tell is smaller. */
const WHOLE_BYTES = 1_048_576;

export function useSingleValue(workspace: string, variable: string): SingleValue {
  const { data, problem } = useLive<ValuePage>(valuesPath(workspace, variable, { limit: 1, whole: WHOLE_BYTES }));
  const info = data?.values[0];
  const received = useMemo(() => (info === undefined ? undefined : receivedOf(info)), [info]);
  return { received, isKnown: data !== undefined || problem !== undefined };
}
