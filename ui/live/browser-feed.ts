import { LOGIN_ENDED, type Me } from "../../src/web/api.ts";
import { mePath } from "../api/addresses.ts";
import { getJson } from "../api/request.ts";
import { tellStranger } from "../login/stranger.ts";
import { Feed, type FeedSocket, type FeedSocketEvents } from "./feed.ts";

let feed: Feed | undefined;

/** The one feed of this page, which begins when somebody asks for it. */
export function pageFeed(): Feed {
  feed ??= browserFeed();
  return feed;
}

/** Over the browser's WebSocket. It rests while the page is out of sight. */
function browserFeed(): Feed {
  const feed = new Feed({
    connect: openSocket,
    later: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    onLost: (code) => {
      if (code === LOGIN_ENDED) {
        tellStranger();
      } else {
        // A browser does not say why there is no WebSocket. If one is not known any more, this tells.
        getJson<Me>(mePath).catch(() => undefined);
      }
    },
  });
  document.addEventListener("visibilitychange", () => feed.setVisible(document.visibilityState === "visible"));
  window.addEventListener("online", () => feed.retry());
  return feed;
}

function openSocket(events: FeedSocketEvents): FeedSocket {
  const address = new URL("/api/feed", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  socket.onopen = () => events.onOpen();
  socket.onmessage = ({ data }) => events.onMessage(String(data));
  socket.onclose = ({ code }) => events.onClose(code);
  return {
    send: (text) => socket.send(text),
    close: () => {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
}
