import { Button, Group, NumberInput } from "@mantine/core";
import { type JSX, useState } from "react";
import type { ValuePage } from "../../src/web/api.ts";

export interface ValuePagerProps {
  readonly trail: readonly number[];
  readonly page: ValuePage | undefined;
  readonly onGo: (trail: readonly number[]) => void;
}

/** Goes forth and back by pages, and to an index. */
export function ValuePager({ trail, page, onGo }: ValuePagerProps): JSX.Element {
  const [from, setFrom] = useState<number | string>("");
  const last = page?.values.at(-1)?.index;
  return (
    <Group gap={6} role="group" aria-label="Pages of values">
      <Button size="xs" variant="default" disabled={trail.length === 0} onClick={() => onGo([])}>
        First
      </Button>
      <Button size="xs" variant="default" disabled={trail.length === 0} onClick={() => onGo(trail.slice(0, -1))}>
        Previous
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={page?.more !== true || last === undefined}
        onClick={() => last !== undefined && onGo([...trail, last])}
      >
        Next
      </Button>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (typeof from === "number") {
            onGo([...trail, from - 1]);
          }
        }}
      >
        <NumberInput
          size="xs"
          w={120}
          aria-label="From index"
          placeholder="From index"
          min={0}
          allowDecimal={false}
          hideControls
          value={from}
          onChange={setFrom}
        />
      </form>
    </Group>
  );
}
