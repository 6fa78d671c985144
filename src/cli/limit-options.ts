import { Option } from "commander";
import type { Limits } from "../host/index.ts";
import { parseBytes, parseCount } from "./parse.ts";

/** What each limit of the server is for; `--max-value-bytes` is `maxValueBytes`. The type demands an entry for every limit. */
const descriptions: Readonly<Record<keyof Limits, string>> = {
  maxValueBytes: "longest value",
  maxNameBytes: "longest name of a workspace or variable",
  maxArguments: "most arguments of a request in the classic protocol",
  maxConnections: "most connections at a time",
  maxWaiting: "most operations that wait for a value",
  maxTransfers: "most long values under way on one connection",
  maxMemoryBytes: "most bytes of values in memory",
  maxFileBytes: "most bytes of values in files",
  maxUnsentBytes: "most bytes that wait for one client to read them",
  maxTotalUnsentBytes: "most bytes that wait for all clients together to read them",
  maxStalledMs: "longest time in which a client takes nothing of what waits for it",
  maxOperationsPerSecond: "most operations a second of one session; over it, it is slowed",
  maxBytesPerSecond: "most bytes a second that one session sends; over it, it is slowed",
  maxSessionWaiting: "most operations of one session that wait for a value",
  maxSessionWorkspaces: "most workspaces that one session has open",
  maxAddressConnections: "most connections at a time from one address",
  maxConnectsPerSecond: "most connections a second from one address",
  maxNumbers: "most variables and workspaces that one session uses",
  maxWorkspaces: "most workspaces",
  maxVariables: "most variables",
  maxIdleMs: "how long a workspace stays that is not persistent and that nobody has open",
  maxGraceMs: "longest time that a session survives its connection",
};

const names = Object.keys(descriptions) as (keyof Limits)[];

/** An option for each limit. None has a default here: the server knows them. */
export function limitOptions(): Option[] {
  return names.map((name) => {
    const isBytes = name.includes("Bytes");
    const unit = isBytes ? "size" : name.endsWith("Ms") ? "ms" : "count";
    const flag = `--${name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
    return new Option(`${flag} <${unit}>`, descriptions[name]).argParser(isBytes ? parseBytes : parseCount);
  });
}

/** The limits among the options of a command line. */
export function limitsFrom(options: object): Partial<Limits> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in descriptions));
}
