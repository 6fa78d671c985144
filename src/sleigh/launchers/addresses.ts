import { hostname, networkInterfaces } from "node:os";
import type { ServerAddress } from "./launcher.ts";

/** Reaches only the machine on which it is said. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d+){3}$/.test(host);
}

/** What a server listens on that listens everywhere. Nobody can connect to it by that name. */
function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "";
}

/** Whether a node's name (perhaps `user@name`) means this machine. */
export function isThisMachine(node: string): boolean {
  const name = node.slice(node.lastIndexOf("@") + 1).toLowerCase();
  const own = hostname().toLowerCase();
  return (
    isLoopback(name) ||
    name === own ||
    name === own.split(".")[0] ||
    Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === name))
  );
}

/** The server for something that connects from this machine. */
export function fromHere({ host, port }: ServerAddress): ServerAddress {
  return { host: isWildcard(host) ? "localhost" : host, port };
}

/** The server for something that connects from another machine. It may be a loopback address still: see `isLoopback`. */
export function fromElsewhere({ host, port }: ServerAddress): ServerAddress {
  return { host: isWildcard(host) ? hostname() : host, port };
}
