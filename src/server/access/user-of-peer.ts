import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import type { Addresses } from "./peer.ts";

/** Columns of /proc/net/tcp (Linux: Documentation/networking/proc_net_tcp.rst), split at blanks. */
const LOCAL = 1;
const REMOTE = 2;
const USER = 7;
const INODE = 9;

/** The inode of a socket that nobody has any more. */
const NO_PROCESS = "0";

/**
 * The number of the user whose process is at the other end of a TCP connection on this machine. Undefined where the system does not
 * tell (anything but Linux), or the other end is not on this machine or was closed: a socket that nobody has any more
 * is listed as the superuser's.
 */
export async function userOfPeer(addresses: Addresses): Promise<number | undefined> {
  // (While others come and go a row may be left out.)
  return (await lookUp(addresses)) ?? (await lookUp(addresses));
}

async function lookUp({ remoteAddress, remotePort, localAddress, localPort }: Addresses): Promise<number | undefined> {
  // A client that came by IPv4 to a socket for IPv6 is in the table of the former; one that connected with a mapped address, in the latter.
  const [remote, local] = [plain(remoteAddress), plain(localAddress)];
  const files = isIPv6(remote) ? ["tcp6"] : ["tcp", "tcp6"];
  for (const file of files) {
    let table: string;
    try {
      table = await readFile(`/proc/net/${file}`, "latin1");
    } catch {
      continue;
    }
    const isMapped = file === "tcp6" && !isIPv6(remote);
    const from = `${hexOf(remote, isMapped)}:${hexPort(remotePort)}`;
    const to = `${hexOf(local, isMapped)}:${hexPort(localPort)}`;
    const at = table.indexOf(` ${from} ${to} `);
    if (at >= 0) {
      const line = table.slice(table.lastIndexOf("\n", at) + 1, table.indexOf("\n", at + 1));
      return ownerIn(line.trim().split(/\s+/), from, to);
    }
  }
  return undefined;
}

function ownerIn(columns: readonly string[], from: string, to: string): number | undefined {
  const isRight = columns[LOCAL] === from && columns[REMOTE] === to && columns[INODE] !== NO_PROCESS;
  return isRight ? Number(columns[USER]) : undefined;
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
