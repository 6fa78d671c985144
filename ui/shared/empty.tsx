import { Stack, Title } from "@mantine/core";
import type { JSX, ReactNode } from "react";

/** Where there is nothing to see: says so, and what to do to see something. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }): JSX.Element {
  return (
    <Stack className="empty" align="flex-start" gap="xs">
      <Title order={2} size="h4">
        {title}
      </Title>
      {children}
    </Stack>
  );
}
