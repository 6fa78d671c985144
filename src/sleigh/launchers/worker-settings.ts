import type { Durability } from "../../client/index.ts";

/**
 * What a worker is told when it is started: both halves, so that launchers and worker cannot disagree. All of it may be seen by
 * everyone on the machine; the key of the sleigh is told otherwise (worker-secret.ts).
 */
export interface WorkerSettings {
  /** The name of the sleigh's workspace. */
  readonly sleigh: string;
  readonly host: string;
  /** 0: told with the key. */
  readonly port: number;
  /** The rank that the worker should get. Absent: the master chooses. */
  readonly rank?: number;
  /** Names this launch, so that the master knows which of its processes joined. Absent for a worker started by hand. */
  readonly token?: string;
  /** The file that holds the key. Absent: standard input. */
  readonly keyFile?: string;
  /** How the sleigh's workspaces are kept. Absent: they go with the server. */
  readonly durability?: Durability;
  readonly modulePath?: readonly string[];
  readonly workingDir?: string;
  readonly logDir?: string;
  /** Default: false. */
  readonly verbose?: boolean;
  /** Default: true. */
  readonly redirectOutput?: boolean;
}

/** Arguments with one value; `module-path` may come again and again. */
const NAMED: ReadonlySet<string> = new Set([
  "sleigh",
  "host",
  "port",
  "rank",
  "token",
  "key-file",
  "durability",
  "working-dir",
  "log-dir",
]);
const FLAGS: ReadonlySet<string> = new Set(["verbose", "no-redirect-output"]);

/** The arguments of a worker (after `nws worker`), each as `--name=value`, so that no value can pass for an option. */
export function workerArguments(settings: WorkerSettings): string[] {
  const { sleigh, host, port, rank, token, keyFile, durability, modulePath = [], workingDir, logDir } = settings;
  const named: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ["sleigh", sleigh],
    ["host", host],
    ["port", port],
    ["rank", rank],
    ["token", token],
    ["key-file", keyFile],
    ["durability", durability],
    ...modulePath.map((path) => ["module-path", path] as const),
    ["working-dir", workingDir],
    ["log-dir", logDir],
  ];
  const args = named.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  if (settings.verbose === true) {
    args.push("--verbose");
  }
  if (settings.redirectOutput === false) {
    args.push("--no-redirect-output");
  }
  return args;
}

/** Reads what `workerArguments` wrote; people's spellings are the business of `nws worker`. TypeError or RangeError for all else. */
export function settingsFromArguments(args: readonly string[]): Partial<WorkerSettings> {
  const texts = new Map<string, string>();
  const modulePath: string[] = [];
  const flags = new Set<string>();
  for (const arg of args) {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === "module-path" && value !== undefined) {
      modulePath.push(value);
    } else if (NAMED.has(name!) && value !== undefined) {
      texts.set(name!, value);
    } else if (FLAGS.has(name!) && value === undefined) {
      flags.add(name!);
    } else {
      throw new TypeError(`a worker has no argument ${JSON.stringify(arg)}`);
    }
  }
  return given({
    sleigh: texts.get("sleigh"),
    host: texts.get("host"),
    port: count("--port", texts.get("port")),
    rank: count("--rank", texts.get("rank")),
    token: texts.get("token"),
    keyFile: texts.get("key-file"),
    durability: durability("--durability", texts.get("durability")),
    modulePath: modulePath.length === 0 ? undefined : modulePath,
    workingDir: texts.get("working-dir"),
    logDir: texts.get("log-dir"),
    verbose: flags.has("verbose") ? true : undefined,
    redirectOutput: flags.has("no-redirect-output") ? false : undefined,
  });
}

/** The same as environment variables, for `scriptExec: "env"`. Arguments win over them. */
export function workerEnvironment(settings: WorkerSettings): Record<string, string> {
  const { sleigh, host, port, rank, token, keyFile, durability, modulePath } = settings;
  const { workingDir, logDir, verbose, redirectOutput } = settings;
  return {
    NWS_WORKER_SLEIGH: sleigh,
    NWS_WORKER_HOST: host,
    NWS_WORKER_PORT: String(port),
    ...(rank !== undefined && { NWS_WORKER_RANK: String(rank) }),
    ...(token !== undefined && { NWS_WORKER_TOKEN: token }),
    ...(keyFile !== undefined && { NWS_WORKER_KEY_FILE: keyFile }),
    ...(durability !== undefined && { NWS_WORKER_DURABILITY: durability }),
    ...(modulePath !== undefined && { NWS_WORKER_MODULE_PATH: JSON.stringify(modulePath) }),
    ...(workingDir !== undefined && { NWS_WORKER_WORKING_DIR: workingDir }),
    ...(logDir !== undefined && { NWS_WORKER_LOG_DIR: logDir }),
    ...(verbose === true && { NWS_WORKER_VERBOSE: "1" }),
    ...(redirectOutput === false && { NWS_WORKER_REDIRECT_OUTPUT: "0" }),
  };
}

/** Reads what `workerEnvironment` wrote. An empty variable counts as unset. SyntaxError or RangeError when one makes no sense. */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): Partial<WorkerSettings> {
  const text = (name: string): string | undefined => nonEmpty(env[`NWS_WORKER_${name}`]);
  const modulePath = text("MODULE_PATH");
  return given({
    sleigh: text("SLEIGH"),
    host: text("HOST"),
    port: count("NWS_WORKER_PORT", text("PORT")),
    rank: count("NWS_WORKER_RANK", text("RANK")),
    token: text("TOKEN"),
    keyFile: text("KEY_FILE"),
    durability: durability("NWS_WORKER_DURABILITY", text("DURABILITY")),
    modulePath: modulePath === undefined ? undefined : stringList(modulePath),
    workingDir: text("WORKING_DIR"),
    logDir: text("LOG_DIR"),
    verbose: text("VERBOSE") === undefined ? undefined : text("VERBOSE") !== "0",
    redirectOutput: text("REDIRECT_OUTPUT") === undefined ? undefined : text("REDIRECT_OUTPUT") !== "0",
  });
}

function given<T extends object>(settings: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function count(name: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,9}$/.test(text)) {
    throw new RangeError(`${name} must be a whole number, not '${text}'`);
  }
  return text === undefined ? undefined : Number(text);
}

function durability(name: string, text: string | undefined): Durability | undefined {
  if (text !== undefined && text !== "fsync" && text !== "os" && text !== "memory") {
    throw new RangeError(`${name} must be fsync, os or memory, not '${text}'`);
  }
  return text;
}

function stringList(text: string): readonly string[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list) || !list.every((path) => typeof path === "string")) {
    throw new SyntaxError("NWS_WORKER_MODULE_PATH must be a JSON list of strings");
  }
  return list;
}
