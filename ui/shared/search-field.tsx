import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type JSX, useState } from "react";
import { Icon } from "./icon.tsx";

const QUIET_MS = 150;

export interface SearchFieldProps {
  readonly label: string;
  /** Is told what to look for when the typing pauses. */
  readonly onSearch: (text: string) => void;
}

/** `/` goes here; Escape empties it. */
export function SearchField({ label, onSearch }: SearchFieldProps): JSX.Element {
  const [text, setText] = useState("");
  const later = useDebouncedCallback(onSearch, QUIET_MS);
  const change = (value: string): void => {
    setText(value);
    later(value);
  };
  return (
    <TextInput
      data-search-field
      type="text"
      role="searchbox"
      size="xs"
      className="search-field"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder={`${label}  ( / )`}
      spellCheck={false}
      autoComplete="off"
      leftSection={<Icon name="search" size={15} />}
      rightSection={
        text === "" ? null : <CloseButton size="xs" aria-label="Empty the search" onClick={() => change("")} />
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          change("");
        }
      }}
    />
  );
}
