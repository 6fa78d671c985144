import type { Space } from "../space/index.ts";
import { byteStringOf } from "../wire/bytes.ts";
import { RankBy, RankOf } from "../wire/verbs.ts";
import type { Principal } from "./access/principal.ts";
import type { ClientView, VariableView, WorkspaceView } from "./client-view.ts";

/** Names are byte strings. */
export interface RankQuery {
  readonly of: number;
  readonly by: number;
  readonly most: number;
  /** Variables of this workspace only; empty: of all. */
  readonly workspace: string;
  /** Part of a name, in any case; empty: all. */
  readonly filter: string;
}

/** More are not looked at: nobody is to be held up by somebody who looks again and again. */
const MOST_SCANNED = 100_000;
/** More rows than this are of no use to anybody who looks. */
const MOST_ROWS = 1000;

/** How something is compared and found: by a number, or by its name. */
interface Measures<T> {
  readonly name: (thing: T) => string;
  readonly numbers: Readonly<Record<number, (thing: T) => number>>;
  readonly show: (thing: T) => object;
}

export function isRankable({ of, by }: RankQuery): boolean {
  return has(RankOf, of) && has(RankBy, by);
}

/**
 * The first of the workspaces, variables or clients by some measure, as JSON: of a hundred thousand, few are written down. In it, names,
 * labels and so on are byte strings still, a character for each byte. What this says of persistent workspaces may not be durable yet.
 */
export function rank(space: Space, clients: Iterable<ClientView>, principal: Principal, query: RankQuery): string {
  switch (query.of) {
    case RankOf.workspaces:
      return first(visibleWorkspaces(space, principal), workspaceMeasures, query);
    case RankOf.variables:
      return first(visibleVariables(space, principal, query.workspace), variableMeasures, query);
    default:
      return first(clients, clientMeasures, query);
  }
}

/** Undefined: one that the client must not see. (To pass it over takes time as well.) */
type Seen<T> = T | undefined;

function* visibleWorkspaces({ workspaces }: Space, principal: Principal): Generator<Seen<WorkspaceView>> {
  for (const workspace of workspaces.values()) {
    yield principal.sees(workspace.name) ? workspace : undefined;
  }
}

function* visibleVariables(space: Space, principal: Principal, only: string): Generator<Seen<VariableView>> {
  const one = space.workspaces.get(only);
  const workspaces = only === "" ? space.workspaces.values() : one === undefined ? [] : [one];
  for (const { name, variables } of workspaces) {
    if (principal.sees(name)) {
      yield* variables.values();
    } else {
      yield undefined;
    }
  }
}

/** Keeps twice as many as are wanted, and throws half of them away when these are full: most things are looked at once. */
function first<T>(things: Iterable<Seen<T>>, { name, numbers, show }: Measures<T>, query: RankQuery): string {
  const most = Math.min(query.most, MOST_ROWS);
  const filter = query.filter.toLowerCase();
  const number = numbers[query.by];
  const compare = (a: T, b: T): number =>
    number === undefined ? compareNames(name(a), name(b)) : number(b) - number(a) || compareNames(name(a), name(b));
  let kept: T[] = [];
  let last: T | undefined;
  let total = 0;
  let scanned = 0;
  for (const thing of things) {
    if (++scanned > MOST_SCANNED) {
      break;
    }
    if (thing === undefined) {
      continue;
    }
    if (filter !== "" && !name(thing).toLowerCase().includes(filter)) {
      continue;
    }
    total++;
    if (most > 0 && (last === undefined || compare(thing, last) < 0)) {
      kept.push(thing);
      if (kept.length >= 2 * most) {
        kept = kept.sort(compare).slice(0, most);
        last = kept.at(-1);
      }
    }
  }
  const rows = kept.sort(compare).slice(0, most).map(show);
  const at = Math.round(performance.now());
  const json = JSON.stringify({ at, total, isPartial: scanned > MOST_SCANNED, rows });
  // In ASCII, so that it is read one character a byte wherever these bytes are taken for UTF-8.
  return json.replaceAll(/[\x80-\xff]/g, (byte) => `\\u00${byte.charCodeAt(0).toString(16)}`);
}

const workspaceMeasures: Measures<WorkspaceView> = {
  name: ({ name }) => name,
  numbers: {
    [RankBy.values]: ({ valueCount }) => valueCount,
    [RankBy.bytes]: ({ memoryBytes, fileBytes }) => memoryBytes + fileBytes,
    [RankBy.waiting]: ({ waitingCount }) => waitingCount,
    [RankBy.operations]: ({ storedCount, fetchedCount }) => storedCount + fetchedCount,
  },
  show: (workspace) => ({
    name: workspace.name,
    owner: workspace.isSystem ? "[system]" : ownerOf(workspace),
    persistent: workspace.isPersistent,
    variables: workspace.variables.size,
    values: workspace.valueCount - workspace.bookedCount,
    booked: workspace.bookedCount,
    waiting: workspace.waitingCount,
    bytes: workspace.memoryBytes + workspace.fileBytes,
    stored: workspace.storedCount,
    fetched: workspace.fetchedCount,
  }),
};

const variableMeasures: Measures<VariableView> = {
  name: ({ name }) => name,
  numbers: {
    [RankBy.values]: ({ freeCount, bookedCount }) => freeCount + bookedCount,
    [RankBy.bytes]: ({ memoryBytes, fileBytes }) => memoryBytes + fileBytes,
    [RankBy.waiting]: ({ fetchers, finders, storers }) => fetchers.size + finders.size + storers.size,
    [RankBy.operations]: ({ storedCount, fetchedCount }) => storedCount + fetchedCount,
  },
  show: (variable) => ({
    workspace: variable.workspace.name,
    name: variable.name,
    id: variable.id,
    mode: variable.mode ?? "unknown",
    values: variable.freeCount,
    booked: variable.bookedCount,
    fetchers: variable.fetchers.size,
    finders: variable.finders.size,
    storers: variable.storers.size,
    bytes: variable.memoryBytes + variable.fileBytes,
    stored: variable.storedCount,
    fetched: variable.fetchedCount,
  }),
};

const clientMeasures: Measures<ClientView> = {
  name: ({ label, user, peer }) => `${label} ${byteStringOf(user)} ${peer}`,
  numbers: {
    [RankBy.values]: ({ session }) => session.bookedCount,
    [RankBy.bytes]: ({ bytesIn, bytesOut }) => bytesIn + bytesOut,
    [RankBy.waiting]: ({ session }) => session.waits.size,
    [RankBy.operations]: ({ operations }) => operations,
  },
  show: (client) => ({
    id: client.id,
    user: byteStringOf(client.user),
    peer: client.peer,
    label: client.label,
    protocol: client.protocol,
    isAway: client.detachedSince !== undefined,
    ageMs: ago(client.since),
    idleMs: client.lastOperationAt === undefined ? null : ago(client.lastOperationAt),
    operations: client.operations,
    last: client.lastOperation,
    waiting: client.session.waits.size,
    booked: client.session.bookedCount,
    owns: client.session.owned.size,
    bytesIn: client.bytesIn,
    bytesOut: client.bytesOut,
  }),
};

function ownerOf({ owner, ownerLabel }: WorkspaceView): string {
  return owner === undefined ? "" : `${owner.peer} (${ownerLabel})`;
}

function ago(since: number): number {
  return Math.max(0, Math.round(performance.now() - since));
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function has(numbers: Readonly<Record<string, number>>, number: number): boolean {
  return Object.values(numbers).includes(number);
}
