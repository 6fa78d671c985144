import { defaultLimits, type Limits } from "../../host/limits.ts";
import type { Durability, LogLevel } from "../../host/index.ts";
import * as kinds from "./kinds.ts";
import type { Kind } from "./kinds.ts";

/**
 * A setting of the server. Its name, `webPort`, is the option `--web-port`, the key `web-port` of a configuration file, and the environment variable
 * by which `environmentNameOf` calls it.
 */
export interface Setting<T = unknown> {
  readonly kind: Kind<T>;
  /** The line of the help. */
  readonly help: string;
  /** What it is when nobody says. Left out: `otherwise` says what happens then. */
  readonly default?: T;
  readonly otherwise?: string;
  readonly env?: string;
  /** Whether a reload changes it. */
  readonly reloads?: true;
  /** Whether it may hold what nobody else may see. */
  readonly isSecret?: true;
}

const logLevels: readonly LogLevel[] = ["silent", "error", "warn", "info", "debug"];
const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

const own = {
  host: {
    kind: kinds.text("address", "an address or name"),
    default: "127.0.0.1",
    help: "address to listen on; one that others can reach needs TLS, --allow-plaintext or --insecure",
  },
  port: { kind: kinds.port, default: 8765, help: "port to listen on; 0 takes a free one" },
  webPort: {
    kind: kinds.portOrNone,
    otherwise: "the port after port, a free one when that is taken or port is 0",
    env: "NWS_WEB_PORT",
    help: "port of the web interface; 0 takes a free one, none is for none",
  },
  webName: {
    kind: kinds.list("name"),
    otherwise: "none",
    help: "a name by which browsers may call the web interface, beside addresses, localhost and this machine's name",
  },
  webPages: {
    kind: kinds.path("folder"),
    otherwise: "none",
    help: "web pages of your own, to be shown at /pages/: they may open workspaces",
  },
  socket: {
    kind: kinds.path("path"),
    otherwise: "none",
    help: "a Unix socket to listen on too; only this user may use it",
  },
  tlsCert: {
    kind: kinds.path("file"),
    otherwise: "none",
    reloads: true,
    isSecret: true,
    help: "take TLS, with this certificate, and show the web interface by https",
  },
  tlsKey: {
    kind: kinds.path("file"),
    otherwise: "none",
    reloads: true,
    isSecret: true,
    help: "the key of the certificate",
  },
  tlsCa: {
    kind: kinds.path("file"),
    otherwise: "none",
    reloads: true,
    isSecret: true,
    help: "ask clients for certificates of this authority; a client may come without one",
  },
  access: {
    kind: kinds.path("file"),
    otherwise: "the user's, which nws token changes",
    help: "the list of who may use the server",
  },
  auditLog: {
    kind: kinds.path("file"),
    otherwise: "in the log",
    help: "a file to which is added who does what that concerns others",
  },
  classicLoopback: {
    kind: kinds.flag,
    default: false,
    help: "let in classic clients on this machine whoever runs them",
  },
  tokensOnly: {
    kind: kinds.flag,
    default: false,
    help: "know clients by tokens and certificates alone: others come through a tunnel, as this user",
  },
  allowPlaintext: {
    kind: kinds.flag,
    default: false,
    help: "allow an address that others can reach without TLS: who is in between can read and change all",
  },
  insecure: {
    kind: kinds.flag,
    default: false,
    help: "ask nobody who he is: everybody who can reach it may read and change everything",
  },
  allowKill: {
    kind: kinds.flag,
    default: false,
    reloads: true,
    help: "allow a client to stop the server (deadman, KillServerOnClose)",
  },
  data: {
    kind: kinds.pathOrNone("folder"),
    otherwise: "a folder for the port; none on port 0",
    help: "where persistent workspaces are kept; none: keep nothing",
  },
  durability: {
    kind: kinds.choice("what", durabilities),
    default: "fsync",
    help: "when a store is answered: once it is on the disk (fsync), once the system has it (os), or at once (memory)",
  },
  tmpDir: {
    kind: kinds.path("folder"),
    otherwise: "the system's",
    env: "NWS_TMP_DIR",
    help: "where long values are when nothing is kept",
  },
  longValueSize: {
    kind: kinds.size,
    default: 16 * 2 ** 20,
    env: "NWS_LONG_VALUE_SIZE",
    reloads: true,
    help: "values longer than this are kept in files",
  },
  logLevel: {
    kind: kinds.choice("level", logLevels),
    default: "silent",
    reloads: true,
    help: "write a log to standard error, a line of JSON for each event",
  },
  slowOperationMs: {
    kind: kinds.orNone(kinds.milliseconds),
    default: Infinity,
    help: "log operations that take so long to handle, without what they wait; then log-level is at least warn",
  },
  drainSeconds: {
    kind: kinds.seconds,
    default: 0,
    reloads: true,
    help: "when told to stop, take no new clients and wait so long for those that are there to leave; 0: stop at once",
  },
} satisfies Record<string, Setting>;

/** What each limit is for. The type demands an entry for every limit. */
const limitHelp: Readonly<Record<keyof Limits, string>> = {
  maxValueBytes: "longest value",
  maxNameBytes: "longest name of a workspace or variable",
  maxArguments: "most arguments of a request in the classic protocol",
  maxConnections: "most connections at a time",
  maxWaiting: "most operations that wait for a value",
  maxTransfers: "most long values under way on one connection",
  maxMemoryBytes: "most bytes of values in memory",
  maxFileBytes: "most bytes of values in files",
  maxUnsentBytes: "most bytes that wait for one client to read them",
  maxTotalUnsentBytes:
    "most bytes that wait for all clients together to read them; over it those are dropped that have taken nothing for longest",
  maxStalledMs: "longest time in which a client takes nothing of what waits for it",
  maxOperationsPerSecond: "most operations a second of one session; over it, it is slowed",
  maxBytesPerSecond: "most bytes a second that one session sends; over it, it is slowed",
  maxSessionWaiting: "most operations of one session that wait for a value",
  maxSessionWorkspaces: "most workspaces that one session has open",
  maxAddressConnections:
    "most connections at a time from one address (of IPv6: one network of 64 bits), this machine's own excepted",
  maxConnectsPerSecond: "most connections a second from one address, likewise; others are closed at once",
  maxNumbers: "most variables, and most workspaces, that one session uses",
  maxWorkspaces: "most workspaces",
  maxVariables: "most variables",
  maxIdleMs: "how long a workspace stays that is not persistent and that nobody has open",
  maxGraceMs: "longest time that a session survives its connection; 0: it ends with that",
};

/** Of the machine's memory. */
const shareOfMemory: Partial<Readonly<Record<keyof Limits, string>>> = {
  maxMemoryBytes: "half the machine's memory",
  maxTotalUnsentBytes: "a quarter of the machine's memory",
};

export const limitNames = Object.keys(limitHelp) as readonly (keyof Limits)[];

const limits = Object.fromEntries(limitNames.map((name) => [name, limitSetting(name)])) as Readonly<
  Record<keyof Limits, Setting<number> & { readonly default: number }>
>;

/** All of them, in the order in which they are shown. */
export const settings = { ...own, ...limits };

export type SettingName = keyof typeof settings;

type ValueOf<S> = S extends { readonly kind: Kind<infer T> }
  ? S extends { default: unknown }
    ? T
    : T | undefined
  : never;

/** What each is. */
export type ServerSettings = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> };

export const settingNames = Object.keys(settings) as readonly SettingName[];

export function settingOf(name: SettingName): Setting {
  return settings[name];
}

/** As it is called in a configuration file, and with two dashes on the command line. */
export function keyOf(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

export function environmentNameOf(name: SettingName): string {
  return settingOf(name).env ?? `NWS_SERVER_${keyOf(name).replaceAll("-", "_").toUpperCase()}`;
}

/** In words, or as a file has it. */
export function defaultOf(name: SettingName): string {
  const { kind, default: value, otherwise = "none" } = settingOf(name);
  return value === undefined || name in shareOfMemory ? otherwise : kind.toml(value).replaceAll('"', "");
}

function limitSetting(name: keyof Limits): Setting<number> {
  const plain = name.includes("Bytes") ? kinds.size : name.endsWith("Ms") ? kinds.milliseconds : kinds.count;
  const kind = name === "maxGraceMs" ? kinds.orZero(plain) : plain;
  const otherwise = shareOfMemory[name];
  const value = defaultLimits[name];
  return {
    kind: value === Infinity ? kinds.orNone(kind) : kind,
    help: limitHelp[name],
    default: value,
    ...(otherwise !== undefined && { otherwise }),
    reloads: true,
  };
}
