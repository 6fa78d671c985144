import { UnstyledButton } from "@mantine/core";
import { type JSX, useMemo } from "react";
import type { ValueInfo } from "../../src/web/api.ts";
import { valuePath } from "../api/addresses.ts";
import { bytes, count } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { kindText, previewOf, receivedOf } from "../viewers/preview.ts";
import { StoredValue } from "../viewers/stored-value.tsx";

export interface ValueRowProps {
  readonly workspace: string;
  readonly variable: string;
  readonly info: ValueInfo;
  readonly isGone: boolean;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** A value in one line; opened, in a viewer. */
export function ValueRow({ workspace, variable, info, isGone, isOpen, onToggle }: ValueRowProps): JSX.Element {
  // The feed brings new objects for the same value several times a second: its bytes never change.
  const { descriptor, head, bytes: length } = info;
  const preview = useMemo(() => previewOf(receivedOf({ descriptor, head, bytes: length })), [descriptor, head, length]);
  return (
    <li className={isOpen ? "value value-open" : "value"}>
      <UnstyledButton className="value-line" onClick={onToggle} aria-expanded={isOpen}>
        <Icon name={isOpen ? "open" : "right"} size={13} />
        <span className="value-index" title="Index: how many values were stored before it">
          {count(info.index)}
        </span>
        <bdi className="value-preview">{preview}</bdi>
        <span className="note value-kind">
          {isGone ? "not there any more · " : ""}
          {kindText(info.descriptor)} · {bytes(info.bytes)}
        </span>
      </UnstyledButton>
      {isOpen && <StoredValue path={valuePath(workspace, variable, info.index)} info={info} />}
    </li>
  );
}
