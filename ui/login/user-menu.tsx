import { ActionIcon, Badge, Group, Text } from "@mantine/core";
import type { JSX } from "react";
import type { Done } from "../../src/web/api.ts";
import { logoutPath } from "../api/addresses.ts";
import { send } from "../api/request.ts";
import { visibleLine } from "../format/visible-text.ts";
import { Icon } from "../shared/icon.tsx";
import { useAnnounce } from "../shared/notices.tsx";
import { useMe } from "./use-me.ts";

const allows = {
  read: "You may look at everything and change nothing",
  use: "You may do all that programs do",
  admin: "You may also disconnect clients",
} as const;

/** As whom one is here, and the way out. */
export function UserMenu(): JSX.Element {
  const { name, role, workspaces, canLogout } = useMe();
  const announce = useAnnounce();
  const isNarrow = !workspaces.includes("*");
  const logOut = async (): Promise<void> => {
    try {
      await send<Done>("POST", logoutPath);
      location.reload();
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error), true);
    }
  };
  return (
    <Group gap="xs" wrap="nowrap" className="user">
      <Text size="sm" visibleFrom="xs" className="user-name" title={visibleLine(name)}>
        {visibleLine(name)}
      </Text>
      <Badge
        size="sm"
        variant="outline"
        color="gray"
        className="badge"
        visibleFrom="xs"
        title={allows[role] + (isNarrow ? `, in workspaces ${workspaces.map(visibleLine).join(", ")}` : "")}
      >
        {role}
      </Badge>
      {canLogout && (
        <ActionIcon variant="default" size="md" onClick={() => void logOut()} aria-label="Log out" title="Log out">
          <Icon name="leave" />
        </ActionIcon>
      )}
    </Group>
  );
}
