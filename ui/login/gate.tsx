import { Button, Center, Loader, Stack } from "@mantine/core";
import { type JSX, type ReactNode, useEffect, useState } from "react";
import type { Me } from "../../src/web/api.ts";
import { mePath } from "../api/addresses.ts";
import { getJson, RequestFailure } from "../api/request.ts";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { LoginPage } from "./login-page.tsx";
import { onStranger } from "./stranger.ts";
import { MeContext } from "./use-me.ts";

type Visitor = { readonly me: Me } | "asking" | "stranger" | { readonly failure: string };

export interface GateProps {
  /** The login has ended while one looked at the pages. */
  readonly onEnded: () => void;
  readonly children: () => ReactNode;
}

/** The pages, for whoever is known; others log in first, and come to the page that they wanted. */
export function Gate({ onEnded, children }: GateProps): JSX.Element {
  const [visitor, setVisitor] = useState<Visitor>("asking");
  useEffect(() => {
    getJson<Me>(mePath).then(
      (me) => setVisitor({ me }),
      (error: unknown) => {
        if (!(error instanceof RequestFailure && error.status === 401)) {
          setVisitor({ failure: error instanceof Error ? error.message : String(error) });
        }
      },
    );
    return onStranger(() => {
      setVisitor("stranger");
      onEnded();
    });
  }, [onEnded]);
  const isOutside = typeof visitor === "object" && "me" in visitor && location.pathname.startsWith("/pages/");
  useEffect(() => {
    if (isOutside) {
      // The user's own page, for which one had to log in: it is no page of these.
      location.replace(location.href);
    }
  }, [isOutside]);
  if (visitor === "asking" || isOutside) {
    return (
      <Center h="100dvh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (visitor === "stranger") {
    return <LoginPage />;
  }
  if ("failure" in visitor) {
    return (
      <Stack component="main" p="md" align="flex-start">
        <ProblemAlert message={visitor.failure} />
        <Button onClick={() => location.reload()}>Try again</Button>
      </Stack>
    );
  }
  return <MeContext value={visitor.me}>{children()}</MeContext>;
}
