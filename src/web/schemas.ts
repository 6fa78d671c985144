import { type TProperties, type TSchema, Type } from "typebox";

/*
 * The JSON API of the web interface: what goes in and what comes out, as JSON schemas. The types (api.ts), the checks of requests and the
 * OpenAPI document are all made of these.
 */

const text = (description?: string) => Type.String(description === undefined ? {} : { description });
const count = (description?: string) => Type.Integer({ minimum: 0, ...(description !== undefined && { description }) });
const number = (description?: string) => Type.Number(description === undefined ? {} : { description });
const time = (description?: string) =>
  Type.String({ format: "date-time", ...(description !== undefined && { description }) });

function page<T extends TSchema>(items: T) {
  return Type.Object({
    total: count("How many there are with this search."),
    offset: count(),
    items: Type.Array(items),
  });
}

function withNames<T extends TProperties>(fields: T) {
  return Type.Object({ ...named, ...fields });
}

const named = {
  id: text("The name as it stands in addresses: its bytes, percent-encoded."),
  name: text("The name as it is shown."),
};
export const name = Type.Object(named);

const counts = {
  stored: count("Values stored since it is there."),
  fetched: count("Values fetched since it is there."),
  storedPerSecond: number("At present; 0 until it has been looked at for a second."),
  fetchedPerSecond: number(),
};

export const listQuery = Type.Object({
  search: Type.Optional(Type.String({ maxLength: 200, description: "Only what has this text in its name." })),
  sort: Type.Optional(Type.String({ maxLength: 40, description: "A field of the items." })),
  order: Type.Optional(Type.Union([Type.Literal("asc"), Type.Literal("desc")])),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
});

export const workspacesQuery = Type.Object({
  ...listQuery.properties,
  variable: Type.Optional(
    Type.String({ maxLength: 200, description: "Only workspaces that have a variable of this name." }),
  ),
});

export const workspaceInfo = withNames({
  owner: text("`[system]`, `peer (label)`, or empty."),
  ownerClient: Type.Optional(text("The owner's id among the clients.")),
  persistent: Type.Boolean(),
  durability: Type.Optional(
    Type.Union([Type.Literal("fsync"), Type.Literal("os"), Type.Literal("memory")], {
      description: "How safe its changes must be before anybody is told of them, if that was said.",
    }),
  ),
  variables: count(),
  values: count("Free values."),
  booked: count("Values that somebody has fetched and not confirmed."),
  bytes: count(),
  waiting: count("Requests that wait."),
  idleTimeoutMs: Type.Optional(count("It is deleted when nobody has had it open for so long, if that was said.")),
  ...counts,
});
export const workspacePage = page(workspaceInfo);

export const variableMode = Type.Union([
  Type.Literal("fifo"),
  Type.Literal("lifo"),
  Type.Literal("multi"),
  Type.Literal("single"),
  Type.Literal("unknown"),
]);

export const whenFull = Type.Union([Type.Literal("block"), Type.Literal("reject"), Type.Literal("dropOldest")]);

const limits = {
  maxValues: Type.Optional(Type.Integer({ minimum: 1, description: "Most values, free and booked ones." })),
  maxBytes: Type.Optional(Type.Integer({ minimum: 1, description: "Most bytes of values." })),
  whenFull: Type.Optional(whenFull),
  ttlMs: Type.Optional(
    Type.Integer({ minimum: 1, description: "Values go so many milliseconds after they were stored." }),
  ),
};

const variableFields = {
  mode: variableMode,
  guarded: Type.Boolean({ description: "Only the owner of the workspace stores into it." }),
  values: count("Free values."),
  booked: count(),
  fetchers: count("Fetches that wait."),
  finders: count("Finds that wait."),
  storers: count("Stores that wait for room."),
  limits: Type.Optional(Type.Object(limits, { description: "What it may hold, and for how long, if that was said." })),
  bytes: count(),
  depths: Type.Array(count(), {
    description: "Numbers of values in the last minute, one each second, oldest first; since somebody looks.",
  }),
  alert: Type.Optional(
    Type.Union([Type.Literal("starved"), Type.Literal("piling")], {
      description:
        "`starved`: somebody has waited for 10 s. `piling`: values have become more for 10 s, and nobody has fetched.",
    }),
  ),
  ...counts,
};
export const variableInfo = withNames(variableFields);
export const variablePage = page(variableInfo);

export const verb = Type.Union([
  Type.Literal("fetch"),
  Type.Literal("find"),
  Type.Literal("ifetch"),
  Type.Literal("ifind"),
  Type.Literal("store"),
]);

export const waiter = Type.Object({ client: text(), peer: text(), label: text(), verb, since: time() });

export const variableDetail = withNames({
  ...variableFields,
  workspace: name,
  waiters: Type.Array(waiter, { description: "At most 100, those who wait longest first." }),
  holders: Type.Array(Type.Object({ client: text(), peer: text(), label: text(), values: count() }), {
    description: "Who has values of it booked or on lease; at most 100.",
  }),
});

export const valuesQuery = Type.Object({
  after: Type.Optional(
    Type.Integer({ minimum: -1, default: -1, description: "Values with a greater index than this." }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  whole: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_048_576,
      default: 4096,
      description: "A value of at most so many bytes comes whole; of several values always 4096.",
    }),
  ),
  search: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: "Only values whose bytes hold this text; of large values the first 64 KiB are looked at.",
    }),
  ),
});

const valueFields = {
  index: count(),
  descriptor: count(),
  language: count("1 Python, 2 MATLAB, 3 R, 4 Perl, 5 Ruby, 6 Octave, 7 Java, …, 11 JavaScript."),
  bytes: count(),
  head: text("The bytes in base64: all of them when there are at most 4096 (or `whole`), else the first 256."),
};
export const valueInfo = Type.Object(valueFields);

export const valuePage = Type.Object({
  total: count("Free values in all."),
  values: Type.Array(valueInfo),
  more: Type.Boolean({ description: "There may be more behind the last one." }),
  searchedTo: Type.Optional(Type.Integer({ description: "A search went so far; go on from here with `after`." })),
});

export const valueText = Type.Object({ text: text() });

export const newWorkspace = Type.Object({ name: Type.String({ minLength: 1 }) });
export const newVariable = Type.Object({
  name: Type.String({ minLength: 1 }),
  mode: Type.Union([Type.Literal("fifo"), Type.Literal("lifo"), Type.Literal("multi"), Type.Literal("single")]),
  ...limits,
});
export const newValue = Type.Object({
  descriptor: Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 }),
  bytes: text("In base64."),
});

export const taken = Type.Object({
  value: Type.Optional(
    Type.Object({
      ...valueFields,
      content: text("All of it in base64."),
    }),
  ),
});
export const cleared = Type.Object({ values: count("How many were taken away.") });
export const done = Type.Object({ done: Type.Literal(true) });

export const clientInfo = Type.Object({
  id: text(),
  peer: text(),
  user: text("As whom it was let in."),
  label: text(),
  protocol: Type.Union([Type.Literal("classic"), Type.Literal("multiplexed")]),
  since: time(),
  detachedSince: Type.Optional(time("Its connection is broken since then, and it may come back.")),
  operations: count(),
  operationsPerSecond: number(),
  lastOperation: text(),
  lastOperationAt: Type.Optional(time()),
  waits: Type.Array(Type.Object({ workspace: name, variable: name, verb, since: time() }), {
    description: "At most 100.",
  }),
  waiting: count(),
  owns: Type.Array(name),
  booked: count("Values that it has booked or on lease."),
  bytesIn: count(),
  bytesOut: count(),
});
export const clientPage = page(clientInfo);

export const historyPoint = Type.Object({
  at: time(),
  operationsPerSecond: number(),
  connections: count(),
  waiting: count(),
  memoryBytes: count(),
  residentBytes: count(),
  p50: number("Microseconds from a request's arrival to its answer, of requests that did not wait."),
  p99: number(),
});

export const serverInfo = Type.Object({
  version: text(),
  pid: count(),
  node: text("As `v22.1.0`."),
  platform: text("As `linux x64`."),
  host: text(),
  port: count(),
  webPort: count(),
  startedAt: time(),
  uptimeSeconds: count(),
  dataFolder: Type.Optional(text("Where durable workspaces are kept.")),
  workspaces: count("This and the next five: of the workspaces that one may see."),
  variables: count(),
  values: count("Free and booked ones."),
  waiting: count(),
  memoryBytes: count("Values and what keeps them."),
  fileBytes: count(),
  connections: Type.Optional(count("This and the next three: for those who may see all workspaces.")),
  sessions: Type.Optional(count()),
  operations: Type.Optional(count("Since the start.")),
  residentBytes: Type.Optional(count("Of the process.")),
  limits: Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), { description: "null: none." }),
});

export const history = Type.Array(historyPoint, {
  description:
    "The last five minutes, a point each second, oldest first: from when somebody looked for the first time.",
});

export const newLogin = Type.Object({ token: Type.String({ maxLength: 200 }) });

export const me = Type.Object({
  name: text(),
  role: Type.Union([Type.Literal("read"), Type.Literal("use"), Type.Literal("admin")]),
  workspaces: Type.Array(text(), {
    description: "Patterns of the workspaces that one may see: `*` stands for any characters, `?` for one.",
  }),
  canLogout: Type.Boolean({ description: "False: one is known without having logged in." }),
});

export const problem = Type.Object({
  code: text(
    "A code of docs/errors.md, or `not_found`, `bad_request`, `too_large`, `wrong_origin`, `tls_needed`, `too_many_attempts`, …",
  ),
  message: text(),
});
