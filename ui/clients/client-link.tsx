import { Anchor } from "@mantine/core";
import type { JSX, ReactNode } from "react";
import { hrefOf } from "../app/routes.ts";
import { useSeesAll } from "../login/use-me.ts";

export interface ClientLinkProps {
  /** Its id. */
  readonly client: string;
  /** It looks like the text around it. */
  readonly isQuiet?: boolean;
  readonly children: ReactNode;
}

/** Leads to a client's page, where one may see that. */
export function ClientLink({ client, isQuiet = false, children }: ClientLinkProps): JSX.Element {
  return useSeesAll() ? (
    <Anchor href={hrefOf({ page: "client", client })} size="sm" {...(isQuiet ? { c: "inherit" } : {})}>
      {children}
    </Anchor>
  ) : (
    <>{children}</>
  );
}
