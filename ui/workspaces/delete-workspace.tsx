import { Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { Done, WorkspaceInfo } from "../../src/web/api.ts";
import { workspacePath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { counted } from "../format/numbers.ts";
import { Dialog } from "../shared/dialog.tsx";
import { Name } from "../shared/name.tsx";
import { useAnnounce } from "../shared/notices.tsx";

export interface DeleteWorkspaceProps {
  /** undefined: the dialog is closed. */
  readonly workspace: WorkspaceInfo | undefined;
  readonly onClose: () => void;
  readonly onDeleted?: () => void;
}

export function DeleteWorkspace({ workspace, onClose, onDeleted }: DeleteWorkspaceProps): JSX.Element {
  const announce = useAnnounce();
  // Kept, so that the dialog does not lose its text while it closes.
  const [shown, setShown] = useState(workspace);
  if (workspace !== undefined && workspace !== shown) {
    setShown(workspace);
  }
  const remove = async (): Promise<void> => {
    if (shown !== undefined) {
      await send<Done>("DELETE", workspacePath(shown.id));
      announce(`Workspace '${shown.name}' is deleted.`);
      onDeleted?.();
    }
  };
  return (
    <Dialog
      title={
        <>
          Delete workspace <Name text={shown?.name ?? ""} />?
        </>
      }
      isOpen={workspace !== undefined}
      onClose={onClose}
      verb="Delete"
      isDangerous
      onDo={remove}
    >
      {shown !== undefined && <WhatGoes workspace={shown} />}
    </Dialog>
  );
}

function WhatGoes({ workspace }: { readonly workspace: WorkspaceInfo }): JSX.Element {
  const { variables, values, booked, waiting, owner } = workspace;
  return (
    <>
      <Text size="sm">
        {counted(variables, "variable")} with {counted(values + booked, "value")} {variables === 1 ? "goes" : "go"} for
        good.{" "}
        {waiting === 0
          ? "Nobody waits there."
          : `${counted(waiting, "request")} of clients ${waiting === 1 ? "waits" : "wait"} there, and will fail.`}
      </Text>
      {owner !== "" && (
        <Text size="sm">
          It is owned by <Name text={owner} />.
        </Text>
      )}
    </>
  );
}
