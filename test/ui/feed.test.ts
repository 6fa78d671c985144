import { describe, expect, it } from "vitest";
import { Feed, type FeedSocketEvents } from "../../ui/live/feed.ts";

/** A network of which the test decides everything. */
class Network {
  readonly connections: { readonly events: FeedSocketEvents; readonly sent: unknown[]; isClosed: boolean }[] = [];
  readonly losses: (number | undefined)[] = [];
  readonly timers: { readonly callback: () => void; readonly ms: number; isForgotten: boolean }[] = [];

  readonly feed = new Feed({
    connect: (events) => {
      const connection = { events, sent: [] as unknown[], isClosed: false };
      this.connections.push(connection);
      return {
        send: (text) => connection.sent.push(JSON.parse(text)),
        close: () => {
          connection.isClosed = true;
        },
      };
    },
    later: (callback, ms) => {
      const timer = { callback, ms, isForgotten: false };
      this.timers.push(timer);
      return () => {
        timer.isForgotten = true;
      };
    },
    random: () => 1,
    onLost: (code) => this.losses.push(code),
  });

  get last() {
    return this.connections.at(-1)!;
  }
}

describe("the feed", () => {
  it("sends what is watched once it is open, and hands each answer to its watch", () => {
    const { feed, last } = new Network();
    const answers: unknown[] = [];
    feed.watch("/api/server", (status, body) => answers.push([status, body]));
    expect(last.sent).toEqual([]);
    last.events.onOpen();
    expect(feed.state).toBe("live");
    expect(last.sent).toEqual([{ watch: 1, path: "/api/server" }]);
    last.events.onMessage(JSON.stringify({ watch: 1, status: 200, body: "news" }));
    expect(answers).toEqual([[200, "news"]]);
  });

  it("ends a watch, and ignores what was on its way to it", () => {
    const { feed, last } = new Network();
    last.events.onOpen();
    const unwatch = feed.watch("/api/clients", () => expect.fail("nobody watches any more"));
    unwatch();
    unwatch();
    expect(last.sent).toEqual([{ watch: 1, path: "/api/clients" }, { unwatch: 1 }]);
    last.events.onMessage(JSON.stringify({ watch: 1, status: 200, body: null }));
  });

  it("comes back by itself, later and later, and watches everything again", () => {
    const network = new Network();
    const { feed } = network;
    network.last.events.onOpen();
    feed.watch("/api/a", () => undefined);
    network.last.events.onClose();
    expect(feed.state).toBe("lost");
    for (let attempt = 0; attempt < 7; attempt++) {
      network.timers.at(-1)!.callback();
      expect(feed.state).toBe("lost");
      network.last.events.onClose();
    }
    expect(network.timers.map(({ ms }) => ms)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    network.timers.at(-1)!.callback();
    network.last.events.onOpen();
    expect(feed.state).toBe("live");
    expect(network.last.sent).toEqual([{ watch: 1, path: "/api/a" }]);
    network.last.events.onClose();
    expect(network.timers.at(-1)!.ms).toBe(500);
  });

  it("has no connection while the page is out of sight", () => {
    const network = new Network();
    const { feed } = network;
    network.last.events.onOpen();
    feed.watch("/api/a", () => undefined);
    feed.setVisible(false);
    expect(network.last.isClosed).toBe(true);
    expect(feed.state).toBe("paused");
    expect(network.timers).toEqual([]);
    feed.setVisible(true);
    expect(network.connections).toHaveLength(2);
    network.last.events.onOpen();
    expect(network.last.sent).toEqual([{ watch: 1, path: "/api/a" }]);
  });

  it("tries at once when somebody asks, and then not again by the timer", () => {
    const network = new Network();
    network.last.events.onClose();
    network.feed.retry();
    expect(network.connections).toHaveLength(2);
    expect(network.timers.at(-1)!.isForgotten).toBe(true);
    network.feed.retry();
    expect(network.connections).toHaveLength(2);
  });

  it("tells each time that the connection broke or could not be opened, and with which code", () => {
    const network = new Network();
    network.last.events.onOpen();
    network.last.events.onClose(4401);
    network.timers.at(-1)!.callback();
    network.last.events.onClose(1006);
    expect(network.losses).toEqual([4401, 1006]);
    network.feed.setVisible(false);
    expect(network.losses).toHaveLength(2);
  });

  it("does not come back when it was closed, not even when somebody asks", () => {
    const network = new Network();
    network.last.events.onOpen();
    network.last.events.onClose();
    network.feed.close();
    expect(network.timers.at(-1)!.isForgotten).toBe(true);
    network.feed.retry();
    network.feed.setVisible(true);
    expect(network.connections).toHaveLength(1);
    expect(network.feed.state).toBe("paused");
  });

  it("tells its state to who asked, until they had enough", () => {
    const network = new Network();
    const seen: string[] = [];
    const unsubscribe = network.feed.subscribe(() => seen.push(network.feed.state));
    network.last.events.onOpen();
    network.last.events.onClose();
    unsubscribe();
    network.feed.setVisible(false);
    expect(seen).toEqual(["live", "lost"]);
  });
});
