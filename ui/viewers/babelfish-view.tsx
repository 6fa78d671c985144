import { Code, Loader, Text } from "@mantine/core";
import { type JSX, useEffect, useState } from "react";
import type { ValueText } from "../../src/web/api.ts";
import { getJson } from "../api/request.ts";
import { visibleLine } from "../format/visible-text.ts";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { TextView } from "./text-view.tsx";

export interface BabelfishViewProps {
  /** The value's path in the API. */
  readonly path: string;
  readonly language: string;
  /** Why it cannot be read without it. */
  readonly reason: string | undefined;
}

/** A value that only its own language can read: that language's babelfish is asked for its text. */
export function BabelfishView({ path, language, reason }: BabelfishViewProps): JSX.Element {
  const [answer, setAnswer] = useState<{ readonly text: string } | { readonly failure: string }>();
  useEffect(() => {
    const stop = new AbortController();
    getJson<ValueText>(`${path}/text`, stop.signal).then(
      ({ text }) => setAnswer({ text }),
      (error: unknown) => {
        if (!stop.signal.aborted) {
          setAnswer({ failure: error instanceof Error ? error.message : String(error) });
        }
      },
    );
    return () => stop.abort();
  }, [path]);
  if (answer === undefined) {
    return <Loader size="sm" aria-label={`Asking the ${language} babelfish`} />;
  }
  if ("text" in answer) {
    return <TextView text={answer.text} />;
  }
  return (
    <>
      <ProblemAlert message={answer.failure} />
      <Text size="sm">
        Only {language} can read this value{reason === undefined ? "" : ` (${visibleLine(reason)})`}. Start a {language}{" "}
        babelfish, then open the value again: a {language} program that fetches values from variable <Code>food</Code>{" "}
        in the workspace <Code>{language} babelfish</Code> and stores their readable text into <Code>doof</Code>. Until
        then there is the hex view.
      </Text>
    </>
  );
}
