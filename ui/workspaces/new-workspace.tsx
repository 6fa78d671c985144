import { TextInput } from "@mantine/core";
import { type JSX, useState } from "react";
import type { NewWorkspace, WorkspaceInfo } from "../../src/web/api.ts";
import { workspacesPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { hrefOf } from "../app/routes.ts";
import { goTo } from "../app/use-route.ts";
import { Dialog } from "../shared/dialog.tsx";

export function NewWorkspaceDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const [name, setName] = useState("");
  const create = async (): Promise<void> => {
    const body: NewWorkspace = { name };
    const { id } = await send<WorkspaceInfo>("POST", workspacesPath(), body);
    setName("");
    goTo(hrefOf({ page: "workspace", workspace: id }));
  };
  return (
    <Dialog title="New workspace" isOpen={isOpen} onClose={onClose} verb="Create" isReady={name !== ""} onDo={create}>
      <TextInput
        label="Name"
        description="Programs find it by this name. It stays until it is deleted, or goes with the first program that opens it."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
      />
    </Dialog>
  );
}
