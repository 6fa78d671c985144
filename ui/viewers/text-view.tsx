import { Button, Group } from "@mantine/core";
import { type JSX, useState } from "react";
import { count } from "../format/numbers.ts";
import { visibleText } from "../format/visible-text.ts";

const FIRST_CHARACTERS = 64 * 1024;
/** More in one element would hold up the browser. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Text as it is; a long one first in part. */
export function TextView({ text }: { readonly text: string }): JSX.Element {
  const [shown, setShown] = useState(FIRST_CHARACTERS);
  return (
    <>
      <pre className="viewer-text" dir="auto" tabIndex={0} aria-label="The value as text">
        {visibleText(text.slice(0, shown))}
      </pre>
      {text.length > shown && (
        <Group gap="sm">
          <span className="note">
            {count(shown)} of {count(text.length)} characters
          </span>
          {shown < MOST_CHARACTERS ? (
            <Button size="compact-xs" variant="default" onClick={() => setShown(shown * 4)}>
              Show more
            </Button>
          ) : (
            <span className="note">the download has all of it</span>
          )}
        </Group>
      )}
    </>
  );
}
