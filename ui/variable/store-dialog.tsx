import { FileInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { type JSX, useState } from "react";
import type { Done, NewValue } from "../../src/web/api.ts";
import { valuesPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { bytes } from "../format/numbers.ts";
import { Dialog } from "../shared/dialog.tsx";
import { useAnnounce } from "../shared/notices.tsx";
import { fileValue, type InputKind, typedValue } from "./new-value.ts";

/** What the server takes in one request. A larger file is for a program. */
const LARGEST_FILE = 16 * 1024 * 1024;

export interface StoreDialogProps {
  readonly workspace: string;
  readonly variable: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function StoreDialog({ workspace, variable, isOpen, onClose }: StoreDialogProps): JSX.Element {
  const announce = useAnnounce();
  const [kind, setKind] = useState<InputKind>("text");
  const [typed, setTyped] = useState("");
  const [file, setFile] = useState<File | null>(null);

  const store = async (): Promise<void> => {
    const value: NewValue = kind === "file" ? await valueOfFile(file) : typedValue(kind, typed);
    await send<Done>("POST", valuesPath(workspace, variable), value);
    announce("The value is stored.");
    setTyped("");
    setFile(null);
  };

  return (
    <Dialog
      title="Store a value"
      isOpen={isOpen}
      onClose={onClose}
      verb="Store"
      isReady={kind === "file" ? file !== null : kind === "text" || typed.trim() !== ""}
      onDo={store}
    >
      <SegmentedControl
        size="xs"
        aria-label="What kind of value"
        value={kind}
        onChange={(value) => setKind(value)}
        data={[
          { value: "text", label: "Text" },
          { value: "number", label: "Number" },
          { value: "json", label: "JSON" },
          { value: "file", label: "File" },
        ]}
      />
      {kind === "file" ? (
        <FileInput
          label="File"
          description={`Stored as raw bytes. At most ${bytes(LARGEST_FILE)}; a program can store more.`}
          placeholder="Choose a file"
          value={file}
          onChange={setFile}
          clearable
        />
      ) : kind === "number" ? (
        <TextInput
          label="Number"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          inputMode="decimal"
          autoComplete="off"
          data-autofocus
        />
      ) : (
        <Textarea
          label={kind === "text" ? "Text" : "JSON"}
          description={
            kind === "text"
              ? "Every language can read it."
              : "Stored as a value: objects, arrays, numbers, booleans, null."
          }
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={14}
          spellCheck={false}
          data-autofocus
          classNames={{ input: "monospace" }}
        />
      )}
    </Dialog>
  );
}

async function valueOfFile(file: File | null): Promise<NewValue> {
  if (file === null) {
    throw new Error("Choose a file first.");
  }
  if (file.size > LARGEST_FILE) {
    throw new Error(`The file has ${bytes(file.size)}; at most ${bytes(LARGEST_FILE)} can be stored from here.`);
  }
  return fileValue(new Uint8Array(await file.arrayBuffer()));
}
