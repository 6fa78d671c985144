import { addressId } from "../codec/address-id.ts";
import type { NetWorkSpace } from "../client/index.ts";
import { SleighError } from "./errors.ts";

/** Where the web interface shows a workspace. SleighError where its server has none. */
export async function webAddressOf({ name, server }: NetWorkSpace): Promise<string> {
  const port = await server.webPort();
  if (port === undefined) {
    throw new SleighError(
      "not_available",
      "view: the sleigh's server has no web interface; start one that has (nws server) and name it with nwsHost and nwsPort",
    );
  }
  // A server that is reached through a socket file is on this machine.
  const [, host = "localhost"] = /^(.+):\d+$/.exec(server.address) ?? [];
  const inUrl = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `${await server.webScheme()}://${inUrl}:${port}/workspaces/${addressId(Buffer.from(name, "utf8").toString("latin1"))}`;
}
