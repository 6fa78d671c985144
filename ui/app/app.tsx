import { AppShell, Center, Loader } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type JSX, lazy, Suspense, useEffect, useRef } from "react";
import { ClientPage } from "../clients/client-page.tsx";
import { ClientsPage } from "../clients/clients-page.tsx";

import { WorkspacePage } from "../workspace/workspace-page.tsx";
import { WorkspacesPage } from "../workspaces/workspaces-page.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Header } from "./header.tsx";
import { Navigation } from "./navigation.tsx";
import { NowherePage } from "./nowhere-page.tsx";
import { hrefOf, type Route } from "./routes.ts";
import { useKeys } from "./use-keys.ts";
import { useLinks, useRoute } from "./use-route.ts";

// These bring viewers or charts: they come when they are asked for.
const VariablePage = lazy(() => import("../variable/variable-page.tsx"));
const ServerPage = lazy(() => import("../server/server-page.tsx"));
const SleighsPage = lazy(() => import("../sleighs/sleighs-page.tsx"));
const SleighPage = lazy(() => import("../sleighs/sleigh-page.tsx"));

export function App(): JSX.Element {
  const route = useRoute();
  const [isMenuOpen, menu] = useDisclosure(false);
  const address = route.page === "nowhere" ? "" : hrefOf(route);
  useKeys();
  useLinks();
  useFocusOnNewPage(address);
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 168, breakpoint: "sm", collapsed: { mobile: !isMenuOpen } }}
      padding={{ base: "sm", md: "md" }}
    >
      <a href="#main" className="skip-link" onClick={skipToMain}>
        Skip to the page
      </a>
      <Header isMenuOpen={isMenuOpen} onMenu={menu.toggle} />
      <Navigation route={route} onChosen={menu.close} />
      <AppShell.Main id="main" tabIndex={-1} className="main">
        <ErrorBoundary key={address}>
          <Suspense fallback={<Waiting />}>
            <PageOf route={route} />
          </Suspense>
        </ErrorBoundary>
      </AppShell.Main>
    </AppShell>
  );
}

function PageOf({ route }: { readonly route: Route }): JSX.Element {
  switch (route.page) {
    case "workspaces":
      return <WorkspacesPage />;
    case "workspace":
      return <WorkspacePage key={route.workspace} workspace={route.workspace} />;
    case "variable":
      return <VariablePage key={`${route.workspace}/${route.variable}`} {...route} />;
    case "clients":
      return <ClientsPage />;
    case "client":
      return <ClientPage client={route.client} />;
    case "server":
      return <ServerPage />;
    case "sleighs":
      return <SleighsPage />;
    case "sleigh":
      return <SleighPage workspace={route.workspace} />;
    case "nowhere":
      return <NowherePage />;
  }
}

function Waiting(): JSX.Element {
  return (
    <Center h={200}>
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** Who follows a link with the keyboard, or hears the page, goes on at the top of the new page. */
function useFocusOnNewPage(address: string): void {
  const last = useRef(address);
  useEffect(() => {
    if (last.current !== address) {
      last.current = address;
      document.getElementById("main")?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [address]);
}

/** The address stays as it is: it is the page's. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
