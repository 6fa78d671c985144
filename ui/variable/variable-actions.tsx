import { Button, Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { Cleared, Taken, VariableDetail } from "../../src/web/api.ts";
import { variablePath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { hrefOf } from "../app/routes.ts";
import { goTo } from "../app/use-route.ts";
import { counted } from "../format/numbers.ts";
import { Dialog } from "../shared/dialog.tsx";
import { useAnnounce } from "../shared/notices.tsx";
import { DeclareDialog } from "./declare.tsx";
import { DeleteVariable } from "./delete-variable.tsx";
import { StoreDialog } from "./store-dialog.tsx";
import { TakenDialog } from "./taken-dialog.tsx";

export interface VariableActionsProps {
  readonly workspace: string;
  readonly variable: VariableDetail;
}

type Open = "store" | "clear" | "declare" | "delete" | undefined;

/** All that can be done with a variable. */
export function VariableActions({ workspace, variable }: VariableActionsProps): JSX.Element {
  const announce = useAnnounce();
  const [open, setOpen] = useState<Open>();
  const [taken, setTaken] = useState<Taken["value"]>();
  const close = (): void => setOpen(undefined);
  const path = variablePath(workspace, variable.id);

  const take = async (): Promise<void> => {
    try {
      const { value } = await send<Taken>("POST", `${path}/take`);
      setTaken(value);
      if (value === undefined) {
        announce("There is no free value to take.");
      }
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error), true);
    }
  };
  const clear = async (): Promise<void> => {
    const { values } = await send<Cleared>("POST", `${path}/clear`);
    announce(`${counted(values, "value")} taken away.`);
  };

  return (
    <>
      <Button size="xs" onClick={() => setOpen("store")}>
        Store a value
      </Button>
      <Button size="xs" variant="default" onClick={() => void take()} disabled={variable.values === 0}>
        Take one
      </Button>
      <Button size="xs" variant="default" onClick={() => setOpen("clear")} disabled={variable.values === 0}>
        Clear
      </Button>
      {variable.mode === "unknown" && (
        <Button size="xs" variant="default" onClick={() => setOpen("declare")}>
          Declare
        </Button>
      )}
      <Button size="xs" variant="default" onClick={() => setOpen("delete")}>
        Delete
      </Button>
      <StoreDialog workspace={workspace} variable={variable.id} isOpen={open === "store"} onClose={close} />
      <TakenDialog workspace={workspace} variable={variable.id} value={taken} onClose={() => setTaken(undefined)} />
      <Dialog
        title="Take all values away?"
        isOpen={open === "clear"}
        onClose={close}
        verb="Clear"
        isDangerous
        onDo={clear}
      >
        <Text size="sm">
          {counted(variable.values, "value")} will be gone for good. The variable, its mode and who waits for it stay.
        </Text>
      </Dialog>
      <DeclareDialog workspace={workspace} variable={variable.name} isOpen={open === "declare"} onClose={close} />
      <DeleteVariable
        workspace={workspace}
        variable={open === "delete" ? variable : undefined}
        onClose={close}
        onDeleted={() => goTo(hrefOf({ page: "workspace", workspace }))}
      />
    </>
  );
}
