import { Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { Done, VariableInfo } from "../../src/web/api.ts";
import { variablePath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { counted } from "../format/numbers.ts";
import { Dialog } from "../shared/dialog.tsx";
import { Name } from "../shared/name.tsx";
import { useAnnounce } from "../shared/notices.tsx";

export interface DeleteVariableProps {
  readonly workspace: string;
  /** undefined: the dialog is closed. */
  readonly variable: VariableInfo | undefined;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

export function DeleteVariable({ workspace, variable, onClose, onDeleted }: DeleteVariableProps): JSX.Element {
  const announce = useAnnounce();
  // Kept, so that the dialog does not lose its text while it closes.
  const [shown, setShown] = useState(variable);
  if (variable !== undefined && variable !== shown) {
    setShown(variable);
  }
  const remove = async (): Promise<void> => {
    if (shown !== undefined) {
      await send<Done>("DELETE", variablePath(workspace, shown.id));
      announce(`Variable '${shown.name}' is deleted.`);
      onDeleted?.();
    }
  };
  const waiting = (shown?.fetchers ?? 0) + (shown?.finders ?? 0);
  return (
    <Dialog
      title={
        <>
          Delete variable <Name text={shown?.name ?? ""} />?
        </>
      }
      isOpen={variable !== undefined}
      onClose={onClose}
      verb="Delete"
      isDangerous
      onDo={remove}
    >
      <Text size="sm">
        Its {counted((shown?.values ?? 0) + (shown?.booked ?? 0), "value")} will be gone for good.{" "}
        {waiting === 0
          ? "Nobody waits for it."
          : `${counted(waiting, "request")} of clients ${waiting === 1 ? "waits" : "wait"} for it, and will fail. Programs may take that as a signal.`}
      </Text>
    </Dialog>
  );
}
