import { Feed, type FeedSocket, type FeedSocketEvents } from "./feed.ts";

/** The feed of this page, over the browser's WebSocket. It rests while the page is out of sight. */
export function browserFeed(): Feed {
  const feed = new Feed({
    connect: openSocket,
    later: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
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
  socket.onclose = () => events.onClose();
  return {
    send: (text) => socket.send(text),
    close: () => {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
}
