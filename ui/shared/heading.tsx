import { Anchor, Group, Title } from "@mantine/core";
import { type JSX, type ReactNode, useEffect } from "react";
import { shortened, visibleLine } from "../format/visible-text.ts";
import { Name } from "./name.tsx";

export interface HeadingProps {
  /** Links to the pages above this one. */
  readonly above?: readonly { readonly text: string; readonly href: string }[];
  readonly title: string;
  /** Badges beside the title. */
  readonly badges?: ReactNode;
  /** Buttons, at the right. */
  readonly actions?: ReactNode;
}

/** What page this is, where it belongs, and what can be done with it. It is also the window's title. */
export function Heading({ above = [], title, badges, actions }: HeadingProps): JSX.Element {
  useEffect(() => {
    document.title = `${shortened(visibleLine(title), 80)} · NetWorkSpaces`;
  }, [title]);
  return (
    <Group justify="space-between" gap="xs" className="heading">
      <Group gap="xs" className="heading-title">
        {above.length > 0 && (
          <nav aria-label="Above this page" className="crumbs">
            {above.map(({ text, href }) => (
              <span key={href} className="crumb">
                <Anchor href={href} size="sm">
                  <Name text={text} />
                </Anchor>
                <span aria-hidden="true"> › </span>
              </span>
            ))}
          </nav>
        )}
        <Title order={1} size="h3">
          <Name text={title} />
        </Title>
        {badges}
      </Group>
      <Group gap="xs">{actions}</Group>
    </Group>
  );
}
