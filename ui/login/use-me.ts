import { createContext, use } from "react";
import type { Me } from "../../src/web/api.ts";

export const MeContext = createContext<Me | undefined>(undefined);

/** As whom one looks at the pages. */
export function useMe(): Me {
  const me = use(MeContext);
  if (me === undefined) {
    throw new Error("nobody is known above this component: wrap it in <Gate>");
  }
  return me;
}

const roles: readonly Me["role"][] = ["read", "use", "admin"];

/** Whether one may do what needs this role. The server asks again: this is for what is shown. */
export function useMay(role: Me["role"]): boolean {
  return roles.indexOf(useMe().role) >= roles.indexOf(role);
}

/** Whether one may see all workspaces, and so what is about the server as a whole. */
export function useSeesAll(): boolean {
  return useMe().workspaces.includes("*");
}
