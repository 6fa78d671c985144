import { Radio, Stack, TextInput } from "@mantine/core";
import { type JSX, useState } from "react";
import type { NewVariable, VariableInfo } from "../../src/web/api.ts";
import { variablesPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { Dialog } from "../shared/dialog.tsx";

const meanings: Record<NewVariable["mode"], string> = {
  fifo: "Values come out in the order they went in.",
  lifo: "The last one in is the first one out.",
  multi: "Values come out in a pseudo-random order.",
  single: "It holds one value: a store replaces it.",
};

export interface DeclareDialogProps {
  readonly workspace: string;
  /** Set: the mode of this variable is fixed. Else a name is asked for. */
  readonly variable?: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onDeclared?: (variable: VariableInfo) => void;
}

export function DeclareDialog({ workspace, variable, isOpen, onClose, onDeclared }: DeclareDialogProps): JSX.Element {
  const [typed, setTyped] = useState("");
  const [mode, setMode] = useState<NewVariable["mode"]>("fifo");
  const name = variable ?? typed;
  const declare = async (): Promise<void> => {
    const body: NewVariable = { name, mode };
    const declared = await send<VariableInfo>("POST", variablesPath(workspace), body);
    setTyped("");
    onDeclared?.(declared);
  };
  return (
    <Dialog
      title={variable === undefined ? "Declare a variable" : "Declare the mode"}
      isOpen={isOpen}
      onClose={onClose}
      verb="Declare"
      isReady={name !== ""}
      onDo={declare}
    >
      {variable === undefined && (
        <TextInput
          label="Name"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <Radio.Group
        label="Mode"
        description="It is fixed by the first declaration or store, and stays."
        value={mode}
        onChange={(value) => setMode(value)}
      >
        <Stack gap="xs" mt="xs">
          {Object.entries(meanings).map(([value, meaning]) => (
            <Radio key={value} value={value} label={value} description={meaning} />
          ))}
        </Stack>
      </Radio.Group>
    </Dialog>
  );
}
