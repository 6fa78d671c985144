import {
  ActionIcon,
  Anchor,
  AppShell,
  Burger,
  Group,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import type { JSX } from "react";
import { UserMenu } from "../login/user-menu.tsx";
import { Icon } from "../shared/icon.tsx";
import { LiveBadge } from "./live-badge.tsx";
import { hrefOf } from "./routes.ts";

export interface HeaderProps {
  readonly isMenuOpen: boolean;
  readonly onMenu: () => void;
}

export function Header({ isMenuOpen, onMenu }: HeaderProps): JSX.Element {
  return (
    <AppShell.Header>
      <Group h="100%" px="sm" justify="space-between" wrap="nowrap">
        <Group gap="xs" wrap="nowrap">
          <Burger
            opened={isMenuOpen}
            onClick={onMenu}
            hiddenFrom="sm"
            size="sm"
            aria-label={isMenuOpen ? "Close the menu" : "Open the menu"}
            aria-expanded={isMenuOpen}
          />
          <Anchor href={hrefOf({ page: "workspaces" })} underline="never" c="inherit" fw={600} className="brand">
            <img src="/icon.svg" alt="" width={24} height={24} />
            NetWorkSpaces
          </Anchor>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <LiveBadge />
          <UserMenu />
          <SchemeToggle />
        </Group>
      </Group>
    </AppShell.Header>
  );
}

/** The system's choice holds until somebody chooses here; that is remembered. */
function SchemeToggle(): JSX.Element {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="default"
      size="md"
      onClick={() => setColorScheme(other)}
      aria-label={`Change to the ${other} scheme`}
      title={`Change to the ${other} scheme`}
    >
      <Icon name={scheme === "dark" ? "sun" : "moon"} />
    </ActionIcon>
  );
}
