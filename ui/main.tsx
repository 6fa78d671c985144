import "@mantine/core/styles.css";
import "./app/app.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { theme } from "./app/theme.ts";
import { browserFeed } from "./live/browser-feed.ts";
import { FeedContext } from "./live/use-live.ts";
import { NoticesProvider } from "./shared/notices.tsx";

const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element 'root'");
}
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <FeedContext value={browserFeed()}>
        <NoticesProvider>
          <App />
        </NoticesProvider>
      </FeedContext>
    </MantineProvider>
  </StrictMode>,
);
