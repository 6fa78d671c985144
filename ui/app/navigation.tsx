import { AppShell, NavLink } from "@mantine/core";
import type { JSX } from "react";
import { useSeesAll } from "../login/use-me.ts";
import { Icon, type IconName } from "../shared/icon.tsx";
import { hrefOf, type Route } from "./routes.ts";

interface Entry {
  readonly page: "workspaces" | "clients" | "sleighs" | "server";
  readonly label: string;
  readonly icon: IconName;
  /** The pages at which the entry is marked. */
  readonly covers: readonly Route["page"][];
  /** Only who may see all workspaces may see it. */
  readonly isOfAll?: true;
}

const entries: readonly Entry[] = [
  { page: "workspaces", label: "Workspaces", icon: "layers", covers: ["workspaces", "workspace", "variable"] },
  { page: "clients", label: "Clients", icon: "plug", covers: ["clients", "client"], isOfAll: true },
  { page: "sleighs", label: "Sleighs", icon: "workers", covers: ["sleighs", "sleigh"] },
  { page: "server", label: "Server", icon: "server", covers: ["server"] },
];

export interface NavigationProps {
  readonly route: Route;
  readonly onChosen: () => void;
}

export function Navigation({ route, onChosen }: NavigationProps): JSX.Element {
  const seesAll = useSeesAll();
  const shown = entries.filter(({ isOfAll = false }) => seesAll || !isOfAll);
  return (
    <AppShell.Navbar p="xs" aria-label="Pages">
      {shown.map(({ page, label, icon, covers }) => {
        const isHere = covers.includes(route.page);
        return (
          <NavLink
            key={page}
            href={hrefOf({ page })}
            label={label}
            leftSection={<Icon name={icon} />}
            active={isHere}
            aria-current={isHere ? "page" : undefined}
            onClick={onChosen}
            className="nav-link"
          />
        );
      })}
    </AppShell.Navbar>
  );
}
