import { Button, CopyButton, Group } from "@mantine/core";
import type { JSX } from "react";
import { visibleLine } from "../format/visible-text.ts";

/** A command to paste into a terminal. What is copied is the command itself, not what makes it visible. */
export function Command({ text }: { readonly text: string }): JSX.Element {
  return (
    <Group gap="xs" wrap="nowrap" className="command">
      <pre tabIndex={0} aria-label="Command">
        {visibleLine(text)}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" onClick={copy}>
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
