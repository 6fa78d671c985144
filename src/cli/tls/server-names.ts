import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { CommandFailure, ExitCode } from "../exit-code.ts";

/** A name of a host, perhaps `*.example.org`. */
const HOST_NAME = /^(?:\*\.)?(?=.{1,253}$)[a-z\d_](?:[a-z\d_-]{0,62})(?:\.[a-z\d_][a-z\d_-]{0,62})*$/i;

/** By what clients may know a server on this machine: its names and addresses, and those that were said. */
export function serverNames(said: readonly string[]): readonly string[] {
  for (const name of said) {
    if (isIP(name) === 0 && !HOST_NAME.test(name)) {
      throw new CommandFailure(ExitCode.usage, `'${name}' is neither a host's name nor an address`);
    }
  }
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  // (An address that holds on one link only says nothing without the name of the link.)
  const reachable = addresses.map(({ address }) => address).filter((address) => !address.startsWith("fe80:"));
  const own = hostname();
  const names = ["localhost", "127.0.0.1", "::1", ...(HOST_NAME.test(own) ? [own] : []), ...reachable, ...said];
  return [...new Set(names)];
}
