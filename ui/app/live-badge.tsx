import { Badge, Button, Group } from "@mantine/core";
import type { JSX } from "react";
import type { FeedState } from "../live/feed.ts";
import { useFeed, useFeedState } from "../live/use-live.ts";

const words: Record<FeedState, string> = {
  live: "live",
  connecting: "connecting",
  paused: "paused",
  lost: "not live",
};

/** Whether what one sees is what is so now. */
export function LiveBadge(): JSX.Element {
  const feed = useFeed();
  const state = useFeedState();
  return (
    <Group gap="xs" wrap="nowrap" role="status">
      {state === "lost" && (
        <Button size="compact-xs" variant="default" onClick={() => feed.retry()}>
          Try now
        </Button>
      )}
      <Badge
        variant="dot"
        color={state === "live" ? "teal" : state === "lost" ? "red" : "gray"}
        title={
          state === "lost"
            ? "The connection to the server broke; it is tried again by itself. What you see may be old."
            : "Whether the page shows what is so at this moment"
        }
        className="live-badge"
        data-state={state}
      >
        {words[state]}
      </Badge>
    </Group>
  );
}
