import type { JSX } from "react";
import { shortened, visibleLine } from "../format/visible-text.ts";

const LONGEST_TITLE = 300;

/** A name from a program: kept apart from the text around it whatever its direction, cut by the layout, whole on hover. */
export function Name({ text }: { readonly text: string }): JSX.Element {
  const visible = visibleLine(text);
  return (
    <bdi className="name" title={shortened(visible, LONGEST_TITLE)}>
      {visible}
    </bdi>
  );
}
