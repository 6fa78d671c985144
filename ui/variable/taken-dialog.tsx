import { Button, Group, Modal, Stack } from "@mantine/core";
import { type JSX, useState } from "react";
import type { Done, Taken } from "../../src/web/api.ts";
import { fromBase64 } from "../api/base64.ts";
import { valuesPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { useAnnounce } from "../shared/notices.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { useAction } from "../shared/use-action.ts";
import { ContentView } from "../viewers/content-view.tsx";
import { downloadBytes } from "../viewers/download.ts";

export interface TakenDialogProps {
  readonly workspace: string;
  readonly variable: string;
  /** undefined: the dialog is closed. */
  readonly value: Taken["value"];
  readonly onClose: () => void;
}

/** The value that was taken is nowhere else any more: it is shown, and can be saved or put back. */
export function TakenDialog({ workspace, variable, value, onClose }: TakenDialogProps): JSX.Element {
  const announce = useAnnounce();
  const action = useAction();
  const [shown, setShown] = useState(value);
  if (value !== undefined && value !== shown) {
    setShown(value);
  }
  const putBack = async (): Promise<void> => {
    const isDone = await action.run(async () => {
      await send<Done>("POST", valuesPath(workspace, variable), {
        descriptor: shown?.descriptor,
        bytes: shown?.content,
      });
    });
    if (isDone) {
      announce("The value is stored again, behind the others.");
      onClose();
    }
  };
  const received =
    shown === undefined ? undefined : { descriptor: shown.descriptor, bytes: fromBase64(shown.content), isWhole: true };
  return (
    <Modal
      opened={value !== undefined}
      onClose={onClose}
      size="xl"
      title={`Value ${shown?.index ?? ""} was taken`}
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 0 }}
      classNames={{ title: "dialog-title" }}
    >
      <Stack gap="sm">
        {received !== undefined && <ContentView received={received} />}
        <ProblemAlert message={action.failure} />
        <Group justify="flex-end" gap="xs">
          {received !== undefined && (
            <>
              <Button variant="default" onClick={() => void putBack()} loading={action.isBusy}>
                Store it again
              </Button>
              <Button variant="default" onClick={() => downloadBytes(received.bytes, `value-${shown?.index ?? 0}`)}>
                Download
              </Button>
            </>
          )}
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
