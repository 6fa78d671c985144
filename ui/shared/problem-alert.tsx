import { Alert } from "@mantine/core";
import type { JSX, ReactNode } from "react";
import { visibleLine } from "../format/visible-text.ts";

export interface ProblemAlertProps {
  /** A sentence, of the server as a rule. */
  readonly message: string | undefined;
  readonly title?: string;
  /** What to do. */
  readonly children?: ReactNode;
}

/** Why something is not there or was not done; nothing when `message` is undefined. */
export function ProblemAlert({ message, title, children }: ProblemAlertProps): JSX.Element | null {
  if (message === undefined) {
    return null;
  }
  return (
    <Alert color="red" variant="outline" role="alert" {...(title === undefined ? {} : { title })} className="problem">
      {sentence(visibleLine(message))} {children}
    </Alert>
  );
}

/** The server's reasons begin small and have no full stop, because they stand behind a colon elsewhere. */
function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
