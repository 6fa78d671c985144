import { Button, Group, Modal, Stack } from "@mantine/core";
import type { JSX, ReactNode } from "react";
import { ProblemAlert } from "./problem-alert.tsx";
import { useAction } from "./use-action.ts";

export interface DialogProps {
  readonly title: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** The button that does it: `Delete`, `Store`. */
  readonly verb: string;
  readonly isDangerous?: boolean;
  /** False while what was put in is not complete. */
  readonly isReady?: boolean;
  /** When it is done the dialog closes; when it throws, the dialog stays and says why. */
  readonly onDo: () => Promise<void>;
  readonly children: ReactNode;
}

/** Asks before something is done, or what is to be done. The focus stays inside; Escape closes it. */
export function Dialog(props: DialogProps): JSX.Element {
  const { title, isOpen, onClose, verb, isDangerous = false, isReady = true, onDo, children } = props;
  const action = useAction();
  const close = (): void => {
    action.forget();
    onClose();
  };
  const submit = async (): Promise<void> => {
    if (isReady && !action.isBusy && (await action.run(onDo))) {
      close();
    }
  };
  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={title}
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 0 }}
      classNames={{ title: "dialog-title" }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="sm">
          {children}
          <ProblemAlert message={action.failure} />
          <Group justify="flex-end" gap="xs">
            {/* What cannot be taken back is not what Enter does at once. */}
            <Button variant="default" onClick={close} {...(isDangerous ? { "data-autofocus": true } : {})}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={action.isBusy}
              disabled={!isReady}
              {...(isDangerous ? { color: "red", variant: "filled" } : {})}
            >
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
