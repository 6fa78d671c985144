import { Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { ClientInfo, Done } from "../../src/web/api.ts";
import { clientPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { counted } from "../format/numbers.ts";
import { Dialog } from "../shared/dialog.tsx";
import { useAnnounce } from "../shared/notices.tsx";

export interface DisconnectClientProps {
  /** undefined: the dialog is closed. */
  readonly client: ClientInfo | undefined;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}

export function DisconnectClient({ client, onClose, onDone }: DisconnectClientProps): JSX.Element {
  const announce = useAnnounce();
  // Kept, so that the dialog does not lose its text while it closes.
  const [shown, setShown] = useState(client);
  if (client !== undefined && client !== shown) {
    setShown(client);
  }
  const disconnect = async (): Promise<void> => {
    if (shown !== undefined) {
      await send<Done>("DELETE", clientPath(shown.id));
      announce(`Client ${shown.peer} is disconnected.`);
      onDone?.();
    }
  };
  return (
    <Dialog
      title={`Disconnect ${shown?.peer ?? ""}?`}
      isOpen={client !== undefined}
      onClose={onClose}
      verb="Disconnect"
      isDangerous
      onDo={disconnect}
    >
      {shown !== undefined && <Text size="sm">{consequences(shown)}</Text>}
    </Dialog>
  );
}

function consequences({ waiting, booked, owns }: ClientInfo): string {
  const parts = [
    ...(waiting > 0 ? [`${counted(waiting, "waiting request")} of it will fail`] : []),
    ...(booked > 0 ? [`${counted(booked, "value")} that it has booked ${booked === 1 ? "goes" : "go"} back`] : []),
    ...(owns.length > 0
      ? [
          `the ${counted(owns.length, "workspace")} that it owns ${owns.length === 1 ? "goes" : "go"}, unless persistent`,
        ]
      : []),
  ];
  const what = parts.length === 0 ? "it waits for nothing, and owns nothing" : parts.join("; ");
  return `Its session ends at once: ${what}. A program that reconnects by itself comes back as another client.`;
}
