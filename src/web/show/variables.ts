import type { ClientView, SessionView, VariableView, WaiterView, WorkspaceView } from "../../server/client-view.ts";
import type { ListQuery, Page, VariableDetail, VariableInfo, Verb, Waiter } from "../api.ts";
import { idOf, named, textOf } from "./names.ts";
import { type Observer, timeOf } from "./observer.ts";
import { pageOf, type SortKeys } from "./page-of.ts";
import type { TwoRates } from "./rates.ts";

type Limits = NonNullable<VariableView["limits"]>;

const MOST_LISTED = 100;
/** So many booked values are looked at to find out who has some of a variable. */
const MOST_BOOKED = 100_000;

export function showVariables(
  observer: Observer,
  workspace: WorkspaceView,
  query: ListQuery,
): Promise<Page<VariableInfo>> {
  const { name: title, sortedNames: names, variables } = workspace;
  const keys: SortKeys<VariableView> = {
    mode: modeOf,
    values: ({ freeCount }) => freeCount,
    booked: ({ bookedCount }) => bookedCount,
    fetchers: ({ fetchers }) => fetchers.size,
    finders: ({ finders }) => finders.size,
    storers: ({ storers }) => storers.size,
    bytes: ({ memoryBytes, fileBytes }) => memoryBytes + fileBytes,
    stored: ({ storedCount }) => storedCount,
    fetched: ({ fetchedCount }) => fetchedCount,
    storedPerSecond: (variable) => ratesOf(observer, variable).firstRate,
    fetchedPerSecond: (variable) => ratesOf(observer, variable).secondRate,
    alert: (variable) => observer.depths.alertOf(variable) ?? "",
  };
  const get = (name: string): VariableView | undefined => variables.get(name);
  const source = { title: `variables of ${title}`, names, get, textOf: textOfName, keys };
  return pageOf(observer.orders, source, query, (variable) => showVariable(observer, variable));
}

export function showVariable(observer: Observer, variable: VariableView): VariableInfo {
  const { name, isGuarded, freeCount, bookedCount, fetchers, finders, storers, memoryBytes, fileBytes } = variable;
  const { firstRate: storedPerSecond, secondRate: fetchedPerSecond } = ratesOf(observer, variable);
  const alert = observer.depths.alertOf(variable);
  // (Without spreading anything: this is most of what a page costs the server.)
  const info: VariableInfo = {
    id: idOf(name),
    name: textOf(name),
    mode: modeOf(variable),
    guarded: isGuarded,
    values: freeCount,
    booked: bookedCount,
    fetchers: fetchers.size,
    finders: finders.size,
    storers: storers.size,
    bytes: memoryBytes + fileBytes,
    depths: observer.depths.of(variable),
    stored: variable.storedCount,
    fetched: variable.fetchedCount,
    storedPerSecond,
    fetchedPerSecond,
  };
  if (alert !== undefined) {
    info.alert = alert;
  }
  if (variable.limits !== undefined) {
    info.limits = showLimits(variable.limits);
  }
  return info;
}

function showLimits({ maxValues, maxBytes, whenFull, ttlMs }: Limits): NonNullable<VariableInfo["limits"]> {
  return {
    ...(maxValues < Infinity && { maxValues }),
    ...(maxBytes < Infinity && { maxBytes }),
    ...((maxValues < Infinity || maxBytes < Infinity) && { whenFull }),
    ...(ttlMs < Infinity && { ttlMs }),
  };
}

export function showDetail(observer: Observer, variable: VariableView): VariableDetail {
  const clients = observer.clientsBySession();
  return {
    ...showVariable(observer, variable),
    workspace: named(variable.workspace.name),
    waiters: waitersOf(variable, clients),
    holders: holdersOf(variable, clients),
  };
}

export function verbOf({ how }: WaiterView): Verb {
  if (how === undefined) {
    return "store";
  }
  const { take, iterate } = how;
  return `${iterate ? "i" : ""}${take ? "fetch" : "find"}`;
}

function waitersOf(variable: VariableView, clients: ReadonlyMap<SessionView, ClientView>): Waiter[] {
  const { fetchers, finders, storers } = variable;
  const waiters = [fetchers, finders, storers].flatMap((list) => first(list)).sort((a, b) => a.since - b.since);
  return waiters.slice(0, MOST_LISTED).map((waiter) => {
    const { session, since } = waiter;
    return { ...whoIs(session, clients), verb: verbOf(waiter), since: timeOf(since) };
  });
}

function holdersOf(variable: VariableView, clients: ReadonlyMap<SessionView, ClientView>): VariableDetail["holders"] {
  const holders: VariableDetail["holders"] = [];
  let left = variable.bookedCount === 0 ? 0 : MOST_BOOKED;
  for (const [session] of clients) {
    if (left <= 0 || holders.length >= MOST_LISTED) {
      break;
    }
    left -= session.bookedCount;
    let values = 0;
    for (const booking of session.bookedCount === 0 ? [] : session.booked()) {
      values += Number(booking.variable === variable);
    }
    if (values > 0) {
      holders.push({ ...whoIs(session, clients), values });
    }
  }
  return holders;
}

function whoIs(
  session: SessionView,
  clients: ReadonlyMap<SessionView, ClientView>,
): { client: string; peer: string; label: string } {
  const client = clients.get(session);
  return { client: client?.id ?? "", peer: session.peer, label: client?.label ?? "" };
}

function first(waiters: Iterable<WaiterView>): WaiterView[] {
  const list: WaiterView[] = [];
  for (const waiter of waiters) {
    if (list.length >= MOST_LISTED) {
      break;
    }
    list.push(waiter);
  }
  return list;
}

function textOfName({ name }: VariableView): string {
  return textOf(name);
}

function ratesOf(observer: Observer, variable: VariableView): TwoRates {
  return observer.rates.of(variable, variable.storedCount, variable.fetchedCount);
}

function modeOf({ mode }: VariableView): VariableInfo["mode"] {
  return mode ?? "unknown";
}
