import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";

interface State {
  readonly error: Error | undefined;
}

/** A fault in one page leaves the header and the other pages usable. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) {
      return this.props.children;
    }
    return (
      <Alert color="red" variant="outline" title="This page has a fault" role="alert">
        <Stack align="flex-start" gap="xs">
          <Text size="sm">
            Nothing happened to the server or its values. Load the page again; if it comes back, please report it with
            this text:
          </Text>
          <Code block>{error.stack ?? error.message}</Code>
          <Button size="xs" onClick={() => location.reload()}>
            Load again
          </Button>
        </Stack>
      </Alert>
    );
  }
}
