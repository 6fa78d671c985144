import "@mantine/core/styles.css";
import "./app/app.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { theme } from "./app/theme.ts";
import { pageFeed } from "./live/browser-feed.ts";
import { FeedContext } from "./live/use-live.ts";
import { Gate } from "./login/gate.tsx";
import { NoticesProvider } from "./shared/notices.tsx";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element 'root'");
}
const endFeed = (): void => pageFeed().close();
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Gate onEnded={endFeed}>
        {() => (
          <FeedContext value={pageFeed()}>
            <NoticesProvider>
              <App />
            </NoticesProvider>
          </FeedContext>
        )}
      </Gate>
    </MantineProvider>
  </StrictMode>,
);
