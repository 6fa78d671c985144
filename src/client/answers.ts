import { readU16, readU32, readU64, utf8OrLatin1 } from "../wire/bytes.ts";
import { failureName } from "../wire/failure-codes.ts";
import type { FrameSink } from "../wire/frame-reader.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { ReleaseKind, Reply, ValueFlag, WelcomeFlag } from "../wire/verbs.ts";
import { Download, type RawSink, type StreamSink, type ValueHead } from "./download.ts";
import { LimitError, type NwsError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { subject } from "./failure.ts";
import type { Collected, Leased, Streamed, Welcome } from "./outcomes.ts";
import { Expect, type Pending, whereOf } from "./pending.ts";
import { decodeValue, unreadable } from "./values.ts";

/** In front of a frame's fields: length, request, verb. */
const FRAME_HEAD_BYTES = 9;

/** What each kind of answer may be an answer to: bits by `Expect`. */
const DONE_FITS = bits(Expect.done, Expect.opened, Expect.nothing);
const NONE_FITS = bits(Expect.value, Expect.lease, Expect.several, Expect.positioned, Expect.stream, Expect.raw);
const VALUE_FITS = NONE_FITS | bits(Expect.text);
const WELCOME_FITS = bits(Expect.welcome);

/** Brings every answer to the request that it belongs to. */
export class Answers implements FrameSink {
  readonly #exchange: Exchange;
  readonly #maxValueBytes: number;

  constructor(exchange: Exchange, maxValueBytes: number) {
    this.#exchange = exchange;
    this.#maxValueBytes = maxValueBytes;
  }

  frame(request: number, verb: number, bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.#exchange;
    const pending = exchange.pending.at(request);
    if (pending === undefined) {
      if (!this.#isAboutConnection(verb, bytes, start, end)) {
        throw new ProtocolFault(`a frame (verb ${verb}) for request ${request}, which was not made`);
      }
      return;
    }
    switch (verb) {
      case Reply.value:
        this.#value(pending, bytes, start, end);
        break;
      case Reply.done:
        mustFit(DONE_FITS, pending, verb);
        exchange.resolve(pending, undefined);
        break;
      case Reply.none:
        mustFit(pending.isWaiting ? 0 : NONE_FITS, pending, verb);
        exchange.resolve(pending, nothingFor(pending));
        break;
      case Reply.failed:
        need(end - start, 2);
        exchange.reject(
          pending,
          exchange.refused(pending, failureName(readU16(bytes, start)), utf8OrLatin1(bytes, start + 2, end)),
        );
        break;
      case Reply.chunk:
        this.#chunk(pending, bytes, start, end);
        break;
      case Reply.credit:
        need(end - start, 4);
        exchange.uploads.credit(request, readU32(bytes, start));
        break;
      case Reply.welcome:
        mustFit(WELCOME_FITS, pending, verb);
        this.#welcome(pending, bytes, start, end);
        break;
      default:
        if (!this.#isAboutConnection(verb, bytes, start, end)) {
          throw new ProtocolFault(`verb ${verb}, which this client does not know`);
        }
    }
  }

  /** Frames that answer no request: their request number means nothing. */
  #isAboutConnection(verb: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { connection } = this.#exchange;
    switch (verb) {
      case Reply.received:
        need(end - start, 8);
        connection.acknowledged(readU64(bytes, start));
        return true;
      case Reply.ended:
        need(end - start, 2);
        connection.fail("connection_lost", utf8OrLatin1(bytes, start + 2, end), undefined);
        return true;
      default:
        return false;
    }
  }

  #value(pending: Pending, bytes: Uint8Array, start: number, end: number): void {
    need(end - start, 5);
    const flags = bytes[start]!;
    let at = start + 1;
    let booking = 0;
    // What comes most often: one small value for a plain fetch or find.
    if (flags <= ValueFlag.booked && pending.expect === Expect.value && !pending.isAbandoned) {
      if (flags === ValueFlag.booked) {
        need(end - at, 12);
        booking = readU64(bytes, at);
        at += 8;
      }
      this.#plain(pending, booking, readU32(bytes, at), bytes, at + 4, end);
      return;
    }
    mustFit(VALUE_FITS, pending, Reply.value);
    let lease = 0;
    let deliveries = 0;
    let variableId = 0;
    let index = 0;
    let length = -1;
    need(end - start, 5 + fieldBytes(flags));
    if ((flags & ValueFlag.booked) !== 0) {
      booking = readU64(bytes, at);
      at += 8;
    }
    if ((flags & ValueFlag.lease) !== 0) {
      lease = readU64(bytes, at);
      this.#exchange.leases.seen(lease);
      deliveries = readU32(bytes, at + 8);
      at += 12;
    }
    if ((flags & ValueFlag.position) !== 0) {
      variableId = readU64(bytes, at);
      index = readU64(bytes, at + 8);
      at += 16;
    }
    if ((flags & ValueFlag.metadata) !== 0) {
      const metadataEnd = at + 2 + readU16(bytes, at);
      need(end - metadataEnd, 4 + ((flags & ValueFlag.chunked) !== 0 ? 8 : 0));
      pending.onMetadata?.(utf8OrLatin1(bytes, at + 2, metadataEnd));
      at = metadataEnd;
    }
    if ((flags & ValueFlag.chunked) !== 0) {
      length = readU64(bytes, at);
      at += 8;
    }
    const hasMore = (flags & ValueFlag.more) !== 0;
    const arrivedAt = lease > 0 ? Date.now() : 0;
    const descriptor = readU32(bytes, at);
    const head: ValueHead = { booking, lease, deliveries, arrivedAt, variableId, index, hasMore, descriptor };
    if (length >= 0) {
      this.#download(pending, head, length);
    } else {
      this.#whole(pending, head, bytes, at + 4, end);
    }
  }

  #plain(pending: Pending, booking: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.#exchange;
    let value: unknown;
    try {
      value = decodeValue(descriptor, bytes, start, end);
    } catch (error) {
      this.#received(booking);
      exchange.reject(pending, unreadable(error, whereOf(pending), descriptor, bytes.slice(start, end)));
      return;
    }
    this.#received(booking);
    exchange.resolve(pending, value);
  }

  #download(pending: Pending, head: ValueHead, length: number): void {
    const exchange = this.#exchange;
    const isStreamed = pending.expect === Expect.stream || pending.expect === Expect.raw;
    const sink = isStreamed ? (pending.extra as StreamSink) : undefined;
    const download = new Download(head, length, sink);
    pending.download = download;
    if (pending.isAbandoned) {
      download.isDiscarded = true;
      this.#giveBack(head);
    } else if (sink !== undefined) {
      const { request } = pending;
      const isOver = (): boolean => pending.download !== download || download.isDiscarded;
      const control = {
        grant: (count: number): void => {
          if (!isOver()) {
            download.consumed(count);
            this.#credit(request, download);
          }
        },
        giveUp: (error: NwsError): void => {
          if (!isOver()) {
            exchange.abandon(pending, error);
          }
        },
      };
      sink.begin(length, control, head.descriptor);
    } else if (length > this.#maxValueBytes) {
      const reason = `the value has ${length} bytes, more than maxValueBytes, which is ${this.#maxValueBytes} (fetchFile and findFile have no such limit)`;
      const where = whereOf(pending);
      exchange.abandon(
        pending,
        new LimitError("value_too_large", `${subject(where)} failed: ${reason}`, { ...where, reason }),
      );
    }
    if (download.isComplete) {
      this.#downloaded(pending, download);
    }
  }

  #chunk(pending: Pending, bytes: Uint8Array, start: number, end: number): void {
    const { download } = pending;
    if (!download?.add(bytes, start, end)) {
      throw new ProtocolFault("a chunk that belongs to no value");
    }
    this.#credit(pending.request, download);
    if (download.isComplete) {
      this.#downloaded(pending, download);
    }
  }

  #downloaded(pending: Pending, download: Download): void {
    const { head } = download;
    pending.download = undefined;
    if (download.isDiscarded) {
      if (!head.hasMore) {
        this.#exchange.pending.remove(pending);
      }
    } else if (pending.expect === Expect.stream) {
      this.#exchange.leases.add(head.lease);
      this.#exchange.resolve(pending, { length: download.length, lease: head.lease } satisfies Streamed);
    } else if (pending.expect === Expect.raw) {
      this.#exchange.resolve(pending, head.index);
    } else {
      const bytes = download.takeBytes();
      this.#whole(pending, head, bytes, 0, bytes.length);
    }
  }

  /** A value that is all here. */
  #whole(pending: Pending, head: ValueHead, bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.#exchange;
    if (pending.isAbandoned) {
      this.#giveBack(head);
      if (!head.hasMore) {
        exchange.pending.remove(pending);
      }
      return;
    }
    switch (pending.expect) {
      case Expect.text:
        exchange.resolve(pending, utf8OrLatin1(bytes, start, end));
        break;
      case Expect.value:
        if (head.lease > 0) {
          exchange.acknowledge(head.lease);
        }
        this.#plain(pending, head.booking, head.descriptor, bytes, start, end);
        break;
      case Expect.stream:
        this.#stream(pending, head, bytes.slice(start, end));
        break;
      case Expect.raw:
        (pending.extra as RawSink).value(head.descriptor, bytes, start, end);
        if (!head.hasMore) {
          exchange.resolve(pending, head.index);
        }
        break;
      case Expect.lease:
        this.#leased(pending, head, bytes, start, end);
        break;
      case Expect.several:
      case Expect.positioned:
        this.#collect(pending, head, bytes, start, end);
        break;
    }
  }

  /** A value that came whole for a sink. */
  #stream(pending: Pending, head: ValueHead, bytes: Uint8Array<ArrayBuffer>): void {
    const sink = pending.extra as StreamSink;
    // A sink that fails from here on tells whoever waits for it to finish.
    sink.begin(bytes.length, { grant: () => undefined, giveUp: () => undefined }, head.descriptor);
    if (bytes.length > 0) {
      sink.push(bytes);
    }
    this.#exchange.leases.add(head.lease);
    this.#exchange.resolve(pending, { length: bytes.length, lease: head.lease } satisfies Streamed);
  }

  #leased(pending: Pending, head: ValueHead, bytes: Uint8Array, start: number, end: number): void {
    const exchange = this.#exchange;
    try {
      const value = decodeValue(head.descriptor, bytes, start, end);
      const { lease, deliveries, arrivedAt } = head;
      exchange.leases.add(lease);
      exchange.resolve(pending, { value, lease, deliveries, arrivedAt } satisfies Leased);
    } catch (error) {
      this.#giveBack(head);
      exchange.reject(pending, unreadable(error, whereOf(pending), head.descriptor, bytes.slice(start, end)));
    }
  }

  /**
   * One of several. They are received together, when the last one is there: if one of them cannot be read all go back
   * to their places, so that none is lost.
   */
  #collect(pending: Pending, head: ValueHead, bytes: Uint8Array, start: number, end: number): void {
    const collected = pending.extra as Collected;
    if (head.booking > 0) {
      collected.bookings.push(head.booking);
    }
    if (head.lease > 0) {
      collected.leases.push(head.lease);
    }
    try {
      const value = decodeValue(head.descriptor, bytes, start, end);
      const { lease, deliveries, variableId, index } = head;
      const isPlain = pending.expect === Expect.several;
      // (All were given out at once, but a large one may have kept the others.)
      const arrivedAt = (collected.arrivedAt ??= head.arrivedAt);
      collected.items.push(
        collected.isOnLease
          ? ({ value, lease, deliveries, arrivedAt } satisfies Leased)
          : isPlain
            ? value
            : { value, variableId, index },
      );
    } catch (error) {
      collected.error ??= unreadable(error, whereOf(pending), head.descriptor, bytes.slice(start, end));
    }
    if (!head.hasMore) {
      this.#collected(pending, collected);
    }
  }

  #collected(pending: Pending, collected: Collected): void {
    const exchange = this.#exchange;
    if (collected.error !== undefined) {
      collected.giveBack(exchange);
      exchange.reject(pending, collected.error);
      return;
    }
    for (const lease of collected.leases) {
      if (collected.isOnLease) {
        exchange.leases.add(lease);
      } else {
        exchange.acknowledge(lease);
      }
    }
    this.#received(collected.bookings.at(-1) ?? 0);
    exchange.resolve(pending, collected.items);
  }

  #welcome(pending: Pending, bytes: Uint8Array, start: number, end: number): void {
    need(end - start, 17);
    const graceMs = readU32(bytes, start + 1);
    const maxValueBytes = readU64(bytes, start + 5);
    const idEnd = start + 15 + readU16(bytes, start + 13);
    need(end - idEnd, 2);
    need(end - idEnd - 2, readU16(bytes, idEnd));
    const identity = {
      id: utf8OrLatin1(bytes, start + 15, idEnd),
      secret: utf8OrLatin1(bytes, idEnd + 2, idEnd + 2 + readU16(bytes, idEnd)),
    };
    const flagsAt = idEnd + 2 + readU16(bytes, idEnd);
    // (Older servers do not send any.)
    const keeps = flagsAt < end && (bytes[flagsAt]! & WelcomeFlag.keeps) !== 0;
    const welcome: Welcome = { maxValueBytes, graceMs, identity, keeps };
    this.#exchange.greeted(FRAME_HEAD_BYTES + end - start, welcome);
    this.#exchange.resolve(pending, welcome);
  }

  #received(booking: number): void {
    if (booking > this.#exchange.received) {
      this.#exchange.received = booking;
    }
  }

  #giveBack(head: ValueHead): void {
    if (head.booking > 0) {
      this.#exchange.release(ReleaseKind.booking, head.booking);
      this.#received(head.booking);
    }
    if (head.lease > 0) {
      this.#exchange.release(ReleaseKind.lease, head.lease);
    }
  }

  #credit(request: number, download: Download): void {
    const count = download.takeCredit();
    if (count > 0) {
      this.#exchange.credit(request, count);
    }
  }
}

/** What a caller gets when there is no value. */
function nothingFor(pending: Pending): unknown {
  switch (pending.expect) {
    case Expect.several:
    case Expect.positioned:
      return [];
    case Expect.stream:
    case Expect.raw:
      return undefined;
    default:
      return pending.extra;
  }
}

/** Bytes of the numbers that the flags of a value announce. */
function fieldBytes(flags: number): number {
  return (
    ((flags & ValueFlag.booked) !== 0 ? 8 : 0) +
    ((flags & ValueFlag.lease) !== 0 ? 12 : 0) +
    ((flags & ValueFlag.position) !== 0 ? 16 : 0) +
    ((flags & ValueFlag.metadata) !== 0 ? 2 : 0) +
    ((flags & ValueFlag.chunked) !== 0 ? 8 : 0)
  );
}

function bits(...expected: readonly Expect[]): number {
  return expected.reduce<number>((all, expect) => all | (1 << expect), 0);
}

function mustFit(fits: number, { request, expect, operation }: Pending, verb: number): void {
  if (((fits >> expect) & 1) === 0) {
    throw new ProtocolFault(
      `an answer (verb ${verb}) that does not fit request ${request}, ${operation || "a release"}`,
    );
  }
}

function need(there: number, wanted: number): void {
  if (there < wanted) {
    throw new ProtocolFault("a frame that is too short for its fields");
  }
}
