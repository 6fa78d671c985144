import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Log } from "../../../src/log/log.ts";
import { JournalWriter } from "../../../src/server/journal/journal-writer.ts";
import { KeptSession } from "../../../src/server/kept-session.ts";
import { LeaseLimits } from "../../../src/server/lease-limits.ts";
import { MultiplexedSession } from "../../../src/server/multiplexed-session.ts";
import { ReplyGate } from "../../../src/server/reply-gate.ts";
import { Delivery } from "../../../src/space/delivery.ts";
import { Session } from "../../../src/space/session.ts";
import { Space } from "../../../src/space/space.ts";
import { KeptBytes } from "../../../src/wire/kept-bytes.ts";
import { ResumableStream } from "../../../src/wire/resumable-stream.ts";
import { simulate } from "./simulate.ts";
import { makeFolder, removeFolder } from "./values-folder.ts";

/** Most histories that it may take to notice a bug. */
const HISTORIES = 1000;

/** Each breaks what is there in one place, as a mistake there would. */
const bugs: Readonly<Record<string, () => void>> = {
  "a reply leaves before the log has what it depends on": () => {
    instead(ReplyGate.prototype, "isOpenFor", () => true);
  },
  "a reply leaves when the operating system has what it depends on, and not the disk": () => {
    instead(Log.prototype, "append", (_log, append, bytes, start, end) => append(bytes, start, end, "os"));
    instead(Log.prototype, "has", (_log, has, position) => has(position, "os"));
  },
  "a booked value does not go back when its session ends": () => {
    instead(Session.prototype, "takeBooked", () => []);
  },
  "a value that comes back is not given to those who wait": () => {
    let isComingBack = false;
    instead(Delivery.prototype, "giveBack", (_delivery, giveBack, ...values) => {
      isComingBack = true;
      giveBack(...values);
      isComingBack = false;
    });
    instead(Delivery.prototype, "settle", (_delivery, settle, variable) => {
      if (!isComingBack) {
        settle(variable);
      }
    });
  },
  "a value counts as taken when it is sent": () => {
    instead(MultiplexedSession.prototype, "value", (session, value, request, view, booking, ...rest) => {
      value(request, view, booking, ...rest);
      session.context.space.confirm(session.member, booking);
    });
  },
  "a confirmation is forgotten": () => {
    instead(Space.prototype, "confirm", () => undefined);
  },
  "a lease does not end when its time is over": () => {
    instead(LeaseLimits.prototype, "expire", () => undefined);
  },
  "a lease can be used though its time is over": () => {
    instead(Space.prototype, "expire", (_space, expire, session, lease) => {
      const booking = session.leases.get(lease);
      expire(session, lease);
      if (booking !== undefined) {
        session.leases.set(lease, booking);
      }
    });
  },
  "a deletion is not logged": () => {
    instead(JournalWriter.prototype, "variableDeleted", () => undefined);
  },
  "a session resumes twice: from what was told last, and not from what has come in since": () => {
    const told = new WeakMap<ResumableStream, number>();
    instead(ResumableStream.prototype, "tell", (stream, tell, out) => {
      const before = out.length;
      tell(out);
      if (out.length > before) {
        told.set(stream, stream.receivedCount);
      }
    });
    instead(ResumableStream.prototype, "toldAnew", (stream) => told.get(stream) ?? 0);
  },
  "what was under way when a connection broke is not sent again": () => {
    instead(KeptBytes.prototype, "pieces", () => []);
  },
  "what a session had done before a restart is done again": () => {
    instead(KeptSession.prototype, "wasDone", () => false);
  },
  "what a client does not have when it comes back after a restart stays booked": () => {
    instead(Session.prototype, "takeUnpossessed", () => []);
  },
  "a client that comes back after a restart does not say what it has given back": () => {
    instead(Session.prototype, "takeBooking", (_session, takeBooking, number) => {
      const isAtRestart = new Error().stack?.includes("regain") === true;
      return isAtRestart ? undefined : takeBooking(number);
    });
  },
};

/** Puts back what was replaced. */
const undo: (() => void)[] = [];

type Method<F> = F extends (...values: infer Values) => infer Result ? (...values: Values) => Result : never;

/** Replaces a method; `act` gets the object, and what was there before. */
function instead<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  act: (self: T, original: Method<T[K]>, ...values: Parameters<Method<T[K]>>) => ReturnType<Method<T[K]>>,
): void {
  const original = prototype[name] as Method<T[K]>;
  const replacement = function (this: T, ...values: Parameters<Method<T[K]>>): ReturnType<Method<T[K]>> {
    return act(this, original.bind(this) as Method<T[K]>, ...values);
  };
  prototype[name] = replacement as T[K];
  undo.push(() => (prototype[name] = original as T[K]));
}

let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
});

afterAll(() => removeFolder(folder));

afterEach(() => {
  undo.splice(0).forEach((restore) => restore());
});

it.for(Object.entries(bugs))("%s: a history shows it", { timeout: 300_000 }, async ([, plant]) => {
  plant();
  let count = 0;
  let found: readonly string[] = [];
  while (found.length === 0 && count < HISTORIES) {
    found = (await simulate(++count, folder)).violations;
  }
  expect(found).not.toEqual([]);
});
