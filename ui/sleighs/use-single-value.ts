import { useEffect, useMemo, useState } from "react";
import type { ValueInfo, ValuePage } from "../../src/web/api.ts";
import { valuePath, valuesPath } from "../api/addresses.ts";
import { getBytes } from "../api/request.ts";
import { useLive } from "../live/use-live.ts";
import type { Received } from "../viewers/content.ts";
import { receivedOf } from "../viewers/preview.ts";

/** A variable of mode single, live: its value, as a whole; undefined when there is none, or none has come yet. */
export interface SingleValue {
  readonly received: Received | undefined;
  /** The answer has come: where there is a value, it is here. */
  readonly isKnown: boolean;
}

/** What sleighs tell is smaller. */
const MOST_BYTES = 4 * 1024 * 1024;

export function useSingleValue(workspace: string, variable: string): SingleValue {
  const { data, problem } = useLive<ValuePage>(valuesPath(workspace, variable, { limit: 1 }));
  const [fetched, setFetched] = useState<{ readonly index: number; readonly received: Received }>();
  const info: ValueInfo | undefined = data?.values[0];
  const index = info?.index;
  const descriptor = info?.descriptor;
  const head = info?.head;
  // The feed brings the same value again in new objects.
  const inList = useMemo(() => (info === undefined ? undefined : receivedOf(info)), [index, descriptor, head]); // eslint-disable-line react-hooks/exhaustive-deps
  const isInList = inList?.isWhole === true;

  useEffect(() => {
    if (index === undefined || descriptor === undefined || isInList) {
      return undefined;
    }
    const stop = new AbortController();
    getBytes(valuePath(workspace, variable, index), MOST_BYTES, stop.signal).then(
      (got) => setFetched({ index, received: { ...got, descriptor } }),
      // It was replaced meanwhile, and the new one is about to be told; or the connection broke, as the header says.
      () => undefined,
    );
    return () => stop.abort();
  }, [workspace, variable, index, descriptor, isInList]);

  // The last one that was fetched stays until the next one has come.
  const received = info === undefined ? undefined : isInList ? inList : fetched?.received;
  const isAnswered = data !== undefined || problem !== undefined;
  return { received, isKnown: isAnswered && (info === undefined || received !== undefined) };
}
