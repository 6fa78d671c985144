import { Anchor, Button, Group, Loader, Text } from "@mantine/core";
import { type JSX, useEffect, useState } from "react";
import type { ValueInfo } from "../../src/web/api.ts";
import { getBytes } from "../api/request.ts";
import { bytes } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import type { Received } from "./content.ts";
import { ContentView } from "./content-view.tsx";
import { receivedOf } from "./preview.ts";

/** So much is fetched when a value is opened. */
const LOOK_BYTES = 1024 * 1024;
/** And so much when one asks for all of it; larger values can be downloaded. */
const MOST_BYTES = 64 * 1024 * 1024;

export interface StoredValueProps {
  /** The value's path in the API. */
  readonly path: string;
  readonly info: ValueInfo;
}

/** A value that lies in a variable: fetches the bytes that the list did not bring, and shows them. */
export function StoredValue({ path, info }: StoredValueProps): JSX.Element {
  const [limit, setLimit] = useState(LOOK_BYTES);
  const [fromList] = useState(() => receivedOf(info));
  const [fetched, setFetched] = useState<Received>();
  const [failure, setFailure] = useState<string>();
  const isFromList = fromList.isWhole;

  useEffect(() => {
    if (isFromList) {
      return undefined;
    }
    const stop = new AbortController();
    getBytes(path, limit, stop.signal).then(
      (got) => {
        setFailure(undefined);
        setFetched({ ...got, descriptor: info.descriptor });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) {
          setFailure(error instanceof Error ? error.message : String(error));
        }
      },
    );
    return () => stop.abort();
  }, [path, limit, isFromList, info.descriptor]);

  // What the list brought is shown while the rest is under way, and when it cannot be had any more.
  const received = isFromList || failure !== undefined ? (fetched ?? fromList) : fetched;
  return (
    <div className="value-body">
      <ProblemAlert message={failure}>These are the first bytes, as the list has them.</ProblemAlert>
      {received === undefined ? (
        <Loader size="sm" aria-label="Loading the value" />
      ) : (
        <ContentView received={received} path={path} />
      )}
      <Group gap="sm">
        {received?.isWhole === false && failure === undefined && (
          <Beginning
            shown={received.bytes.length}
            all={info.bytes}
            onMore={limit < MOST_BYTES ? () => setLimit(MOST_BYTES) : undefined}
          />
        )}
        <Anchor href={`${path}?as=download`} download size="xs" className="download">
          <Icon name="download" size={14} /> Download
        </Anchor>
      </Group>
    </div>
  );
}

interface BeginningProps {
  readonly shown: number;
  readonly all: number;
  readonly onMore: (() => void) | undefined;
}

function Beginning({ shown, all, onMore }: BeginningProps): JSX.Element {
  return (
    <>
      <Text size="xs">
        The first {bytes(shown)} of {bytes(all)}.
      </Text>
      {onMore !== undefined && (
        <Button size="compact-xs" variant="default" onClick={onMore}>
          Load {all <= MOST_BYTES ? "all of it" : `the first ${bytes(MOST_BYTES)}`}
        </Button>
      )}
    </>
  );
}
