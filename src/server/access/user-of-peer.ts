import { readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { setImmediate as nextRound, setTimeout as delay } from "node:timers/promises";
import type { Addresses } from "./peer.ts";

type Table = "tcp" | "tcp6";

/**
 * A line of /proc/net/tcp (Linux: Documentation/networking/proc_net_tcp.rst): number and a colon, local and remote address, state, queues, timer,
 * retransmits, *user*, timeout, *inode*. This is what follows the addresses.
 */
const REST_OF_LINE = /^ \S+ \S+ \S+ \S+ +(\d+) +\d+ (\d+)/;

/** So long are the two addresses of a line. */
const ADDRESSES_LENGTH = { tcp: 27, tcp6: 75 } as const satisfies Record<Table, number>;

const [NEWLINE, COLON] = [0x0a, 0x3a];

/** The inode of a socket that no process has any more; the user in its line is the superuser. */
const NO_PROCESS = "0";

interface Question {
  /** Both addresses of the other end's socket, as lines of either table have them. */
  readonly lines: ReadonlyMap<Table, string>;
  readonly answer: (user: number | undefined) => void;
  attempts: number;
  user: number | undefined;
}

/** While others come and go a line may be left out. */
const MOST_ATTEMPTS = 2;

/** After reading tables for so long, nobody reads one for so many times as long. */
const IDLE_SHARE = 4;

/** The system gives no more at a time. */
const PAGE_BYTES = 4096;

/** As many are in a page that is full: its lines have 150 bytes, or 180. */
const FULL_BYTES = PAGE_BYTES - 200;

/** A full page takes less, in milliseconds, where the system need not look for its lines. */
const QUICK_MS = 0.2;

/** The most that one page takes: the system looks through its whole table, and finds nothing. (Longer, it was waited for a thread.) */
const PAGE_MS = 5;

/**
 * Knows whose process is at the other end of TCP connections on this machine, where the system tells (Linux). The tables have all connections, and
 * those that ended in the last minute, so they are read once for all who ask meanwhile. Where there are many, the system gives a page in some
 * twentieth of a millisecond, and they are read here, one in each round of the event loop. Where there are few it looks for the next one for
 * milliseconds (its own table has room for a hundred times as many): then the threads that read files read them.
 */
export class UserLookup {
  readonly #waiting: Question[] = [];
  /** The last one that was read, behind a line of the one before that was not whole. */
  readonly #page = Buffer.alloc(2 * PAGE_BYTES);
  #isReading = false;
  /** What reading has taken since it was last waited, in milliseconds. */
  #spentMs = 0;

  /**
   * The number of the user. Undefined where the system does not tell, or the other end is not on this machine, or no process has it
   * any more. Never rejects.
   */
  userOf(addresses: Addresses): Promise<number | undefined> {
    return new Promise((answer) => {
      this.#waiting.push({ lines: linesFor(addresses), answer, attempts: 0, user: undefined });
      if (!this.#isReading) {
        void this.#read();
      }
    });
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#waiting.length > 0) {
      // (Not who asks meanwhile: its line may be in a part that has been read.)
      const asking = this.#waiting.filter(isOpen);
      for (const table of ["tcp", "tcp6"] as const) {
        await this.#readTable(table, asking.filter(isOpen));
      }
      for (const question of asking) {
        question.attempts++;
      }
      // In the order in which they were asked: who connects first is to be the first.
      const open = this.#waiting.findIndex(isOpen);
      for (const { answer, user } of this.#waiting.splice(0, open === -1 ? this.#waiting.length : open)) {
        answer(user);
      }
      // However many come, this takes a part of one processor.
      await delay(IDLE_SHARE * this.#spentMs, undefined, { ref: false });
      this.#spentMs = 0;
    }
    this.#isReading = false;
  }

  async #readTable(table: Table, questions: readonly Question[]): Promise<void> {
    const asked = new Map<string, Question>();
    for (const question of questions) {
      const line = question.lines.get(table);
      if (line !== undefined) {
        asked.set(line, question);
      }
    }
    const file = asked.size === 0 ? undefined : await opened(table);
    if (file !== undefined) {
      try {
        await this.#find(file, asked, ADDRESSES_LENGTH[table]);
      } catch {
        // What the system does not tell now is asked for once more.
      } finally {
        await file.close();
      }
    }
  }

  async #find(file: FileHandle, asked: Map<string, Question>, addressesLength: number): Promise<void> {
    const page = this.#page;
    let keptBytes = 0;
    let isQuick = false;
    for (;;) {
      const startedAt = performance.now();
      const count: number = isQuick
        ? readSync(file.fd, page, keptBytes, PAGE_BYTES, null)
        : (await file.read(page, keptBytes, PAGE_BYTES, null)).bytesRead;
      const end = keptBytes + count;
      let start = 0;
      for (
        let newline = page.indexOf(NEWLINE);
        newline !== -1 && newline < end;
        newline = page.indexOf(NEWLINE, start)
      ) {
        answerBy(page, start, newline, asked, addressesLength);
        start = newline + 1;
      }
      // (No line is so long that this is more than a page.)
      page.copyWithin(0, start, end);
      keptBytes = Math.min(PAGE_BYTES, end - start);
      const tookMs = performance.now() - startedAt;
      this.#spentMs += Math.min(PAGE_MS, tookMs);
      if (count === 0 || asked.size === 0) {
        return;
      }
      isQuick = count >= FULL_BYTES && (!isQuick || tookMs < QUICK_MS);
      if (isQuick) {
        await nextRound();
      }
    }
  }
}

/** Answers who asks for the addresses of a line. (Of all others as little as possible is made: there may be tens of thousands, for every client.) */
function answerBy(
  page: Buffer,
  start: number,
  end: number,
  asked: Map<string, Question>,
  addressesLength: number,
): void {
  const addressesAt = page.indexOf(COLON, start) + 2;
  const addressesEnd = addressesAt + addressesLength;
  const addresses = page.toString("latin1", addressesAt, addressesEnd);
  const question = asked.get(addresses);
  if (question !== undefined) {
    const [, user, inode] = REST_OF_LINE.exec(page.toString("latin1", addressesEnd, end)) ?? [];
    if (user !== undefined && inode !== NO_PROCESS) {
      question.user = Number(user);
      asked.delete(addresses);
    }
  }
}

/** Whether it is to be looked for once more. */
function isOpen({ attempts, user }: Question): boolean {
  return user === undefined && attempts < MOST_ATTEMPTS;
}

/** Undefined where there is no such table: on other systems than Linux. */
async function opened(table: Table): Promise<FileHandle | undefined> {
  try {
    return await open(`/proc/net/${table}`, "r");
  } catch {
    return undefined;
  }
}

/** (A client that came by IPv4 to a socket for IPv6 is in the table of the former; one that connected with a mapped address, in the latter.) */
function linesFor({ remoteAddress, remotePort, localAddress, localPort }: Addresses): Map<Table, string> {
  const [remote, local] = [plain(remoteAddress), plain(localAddress)];
  const line = (isMapped: boolean): string =>
    `${hexOf(remote, isMapped)}:${hexPort(remotePort)} ${hexOf(local, isMapped)}:${hexPort(localPort)}`;
  return new Map(
    isIPv6(remote)
      ? [["tcp6", line(false)]]
      : [
          ["tcp", line(false)],
          ["tcp6", line(true)],
        ],
  );
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** An address as the table has it: words of 32 bits, each in the machine's own order of bytes. */
function hexOf(address: string, isMapped: boolean): string {
  const bytes = isIPv6(address) ? bytesOfIPv6(address) : address.split(".").map(Number);
  const all = isMapped ? [...Array<number>(10).fill(0), 0xff, 0xff, ...bytes] : bytes;
  let text = "";
  for (let at = 0; at < all.length; at += 4) {
    const word = all.slice(at, at + 4);
    text += (isLittleEndian ? word.reverse() : word).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return text.toUpperCase();
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function bytesOfIPv6(address: string): number[] {
  // (An IPv4 tail does not occur: sockets print it only for mapped addresses, which are plain here.)
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = groups(tail ?? "");
  const middle = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  return [...before, ...(tail === undefined ? [] : middle), ...after].flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
}
