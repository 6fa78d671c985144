import { Notification } from "@mantine/core";
import { createContext, type JSX, type ReactNode, use, useCallback, useRef, useState } from "react";
import { visibleLine } from "../format/visible-text.ts";

/** A failure stays until it is closed; good news goes by itself. */
const SHOWN_MS = 5000;

interface Notice {
  readonly id: number;
  readonly text: string;
  readonly isFailure: boolean;
}

export type Announce = (text: string, isFailure?: boolean) => void;

const NoticesContext = createContext<Announce>(() => undefined);

/** Says in a corner of the page, and to screen readers, that something was done or failed. */
export function useAnnounce(): Announce {
  return use(NoticesContext);
}

export function NoticesProvider({ children }: { readonly children: ReactNode }): JSX.Element {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const lastId = useRef(0);
  const close = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const announce = useCallback<Announce>(
    (text, isFailure = false) => {
      const id = ++lastId.current;
      setNotices((all) => [...all.slice(-3), { id, text, isFailure }]);
      if (!isFailure) {
        setTimeout(() => close(id), SHOWN_MS);
      }
    },
    [close],
  );
  return (
    <NoticesContext value={announce}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, text, isFailure }) => (
          <Notification
            key={id}
            color={isFailure ? "red" : "teal"}
            onClose={() => close(id)}
            closeButtonProps={{ "aria-label": "Close this notice" }}
            withBorder
          >
            {visibleLine(text)}
          </Notification>
        ))}
      </div>
    </NoticesContext>
  );
}
