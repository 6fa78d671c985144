/*
 * The JSON API of the web interface: what its answers and requests look like. Types only, shared with the pages (ui/).
 *
 *   GET    /api/server                                          ServerInfo
 *   GET    /api/workspaces?ListQuery                            Page<WorkspaceInfo>
 *   POST   /api/workspaces                    NewWorkspace      WorkspaceInfo
 *   GET    /api/workspaces/W                                    WorkspaceInfo
 *   DELETE /api/workspaces/W                                    Done
 *   GET    /api/workspaces/W/variables?ListQuery                Page<VariableInfo>
 *   POST   /api/workspaces/W/variables        NewVariable       VariableInfo     declares it
 *   GET    /api/workspaces/W/variables/V                        VariableDetail
 *   DELETE /api/workspaces/W/variables/V                        Done
 *   POST   /api/workspaces/W/variables/V/clear                  Cleared          takes all free values
 *   POST   /api/workspaces/W/variables/V/take                   Taken            fetchTry
 *   GET    /api/workspaces/W/variables/V/values?ValuesQuery     ValuePage        free values, in the order of their index
 *   POST   /api/workspaces/W/variables/V/values  NewValue       Done             stores it
 *   GET    /api/workspaces/W/variables/V/values/INDEX           the bytes; ?as=download for a file
 *   GET    /api/workspaces/W/variables/V/values/INDEX/text      ValueText        by the language's babelfish
 *   GET    /api/clients?ListQuery                               Page<ClientInfo>
 *   GET    /api/clients/ID                                      ClientInfo
 *   DELETE /api/clients/ID                                      Done             ends its session
 *
 * W and V are `id`s as the answers have them: the bytes of the name, percent-encoded as in a URL. A failure is answered with a status of
 * 4xx or 5xx and a Problem.
 *
 * Every GET that answers with JSON can be watched on the WebSocket /api/feed. The page sends WatchRequest, and gets a FeedMessage at
 * once and again whenever the answer has changed, a few times a second at most.
 */

/** Query of a list. All are optional. */
export interface ListQuery {
  /** Only what has this text in its name, whatever the case. */
  readonly search?: string;
  /** A field of the items. Default: `name` (clients: `since`). */
  readonly sort?: string;
  readonly order?: "asc" | "desc";
  /** Default 0. */
  readonly offset?: number;
  /** Default 100, at most 1000. */
  readonly limit?: number;
}

export interface Page<T> {
  /** How many there are with this search. */
  readonly total: number;
  readonly offset: number;
  readonly items: readonly T[];
}

/** A name as it is shown, and as it stands in the API's addresses. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Operations since it exists, and a second at present. */
export interface Counts {
  readonly stored: number;
  /** Values taken: fetched. */
  readonly fetched: number;
  readonly storedPerSecond: number;
  readonly fetchedPerSecond: number;
}

export interface WorkspaceInfo extends Named, Counts {
  /** `[system]`, `peer (label)`, or empty. */
  readonly owner: string;
  readonly ownerClient: string | undefined;
  readonly persistent: boolean;
  readonly variables: number;
  /** Free values, and booked ones. */
  readonly values: number;
  readonly booked: number;
  readonly bytes: number;
  /** Requests that wait. */
  readonly waiting: number;
}

export type VariableMode = "fifo" | "lifo" | "multi" | "single" | "unknown";

export interface VariableInfo extends Named, Counts {
  readonly mode: VariableMode;
  readonly guarded: boolean;
  readonly values: number;
  readonly booked: number;
  readonly fetchers: number;
  readonly finders: number;
  readonly bytes: number;
  /** Numbers of values of the last minute, oldest first, one each second; only of variables that somebody watches. */
  readonly depths: readonly number[];
  /**
   * `starved`: clients wait, and nothing was stored for 10 s. `piling`: there are values, their number has grown for 10 s and nobody
   * has fetched meanwhile.
   */
  readonly alert: "starved" | "piling" | undefined;
}

export interface Waiter {
  readonly client: string;
  readonly peer: string;
  readonly label: string;
  readonly verb: "fetch" | "find" | "ifetch" | "ifind";
  /** ISO 8601. */
  readonly since: string;
}

export interface VariableDetail extends VariableInfo {
  readonly workspace: Named;
  /** The first 100, those who wait longest first. */
  readonly waiters: readonly Waiter[];
  /** Sessions that have values booked or on lease, the first 100. */
  readonly holders: readonly {
    readonly client: string;
    readonly peer: string;
    readonly label: string;
    readonly values: number;
  }[];
}

export interface ValuesQuery {
  /** Values with a greater index than this. Default: from the beginning. */
  readonly after?: number;
  /** Default 50, at most 500. */
  readonly limit?: number;
  /** Only values whose bytes (as text, for those of small values: up to 64 KiB each) hold this text. */
  readonly search?: string;
}

export interface ValuePage {
  /** Free values in all. */
  readonly total: number;
  readonly values: readonly ValueInfo[];
  /** Whether there are more behind the last one. */
  readonly more: boolean;
  /** Where a search stopped looking for now: go on from here (`after`). */
  readonly searchedTo: number | undefined;
}

export interface ValueInfo {
  readonly index: number;
  readonly descriptor: number;
  /** As in the descriptor: 1 Python, 2 MATLAB, 3 R, …, 11 JavaScript. */
  readonly language: number;
  readonly bytes: number;
  /** All of it, in base64, when it has at most 4096 bytes; else the first 256. */
  readonly head: string;
}

export interface ValueText {
  readonly text: string;
}

export interface NewWorkspace {
  readonly name: string;
  readonly persistent?: boolean;
}

export interface NewVariable {
  readonly name: string;
  readonly mode: Exclude<VariableMode, "unknown">;
}

/** `bytes` in base64 with the descriptor of their kind; the pages encode values themselves, with the codec. */
export interface NewValue {
  readonly descriptor: number;
  readonly bytes: string;
}

export interface Taken {
  /** Undefined when there was none. */
  readonly value: (ValueInfo & { readonly content: string | undefined }) | undefined;
}

export interface Cleared {
  readonly values: number;
}

export interface Done {
  readonly done: true;
}

export interface ClientInfo {
  readonly id: string;
  readonly peer: string;
  readonly label: string;
  readonly protocol: "classic" | "multiplexed" | "web";
  readonly since: string;
  /** Set while its connection is broken and it may come back. */
  readonly detachedSince: string | undefined;
  readonly operations: number;
  readonly operationsPerSecond: number;
  readonly lastOperation: string;
  readonly lastOperationAt: string | undefined;
  /** What it waits for, the first 100. */
  readonly waits: readonly {
    readonly workspace: Named;
    readonly variable: Named;
    readonly verb: Waiter["verb"];
    readonly since: string;
  }[];
  readonly waiting: number;
  readonly owns: readonly Named[];
  /** Values booked or on lease. */
  readonly booked: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface ServerInfo {
  readonly version: string;
  readonly pid: number;
  /** As `v22.1.0`, `linux x64`. */
  readonly node: string;
  readonly platform: string;
  readonly host: string;
  readonly port: number;
  readonly webPort: number;
  readonly startedAt: string;
  readonly uptimeMs: number;
  /** The folder of durable workspaces; undefined when nothing is kept. */
  readonly dataFolder: string | undefined;
  readonly connections: number;
  readonly sessions: number;
  readonly workspaces: number;
  readonly variables: number;
  readonly values: number;
  readonly waiting: number;
  readonly memoryBytes: number;
  readonly fileBytes: number;
  readonly residentBytes: number;
  /** null: no limit. */
  readonly limits: Readonly<Record<string, number | null>>;
  /** The last five minutes, oldest first, one each second. */
  readonly history: readonly HistoryPoint[];
}

export interface HistoryPoint {
  /** ISO 8601. */
  readonly at: string;
  readonly operationsPerSecond: number;
  readonly connections: number;
  readonly waiting: number;
  readonly memoryBytes: number;
  readonly residentBytes: number;
  /** Microseconds from a request's arrival until its answer is given to the socket, of those that did not wait. */
  readonly p50: number;
  readonly p99: number;
}

export interface Problem {
  /** A code of docs/errors.md, or `not_found`, `bad_request`. */
  readonly code: string;
  readonly message: string;
}

/** `path`: of a GET, with its query. */
export type WatchRequest = { readonly watch: number; readonly path: string } | { readonly unwatch: number };

export interface FeedMessage {
  /** The number of the watch. */
  readonly watch: number;
  readonly status: number;
  /** What the GET would answer now. */
  readonly body: unknown;
}
