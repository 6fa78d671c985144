import type { Durability } from "./durability.ts";
import type { WhenFull } from "./limits.ts";
import type { Mode } from "./mode.ts";

/** A variable, as `listVars` shows it. */
export interface VariableListing {
  readonly name: string;
  /** Values that are there to be found and fetched. */
  readonly values: number;
  /** Clients that wait to fetch, and to find. */
  readonly fetchers: number;
  readonly finders: number;
  /** `unknown` until it is declared or stored to. */
  readonly mode: Mode | "unknown";
  /** Values that were fetched and not yet confirmed, or are on lease. */
  readonly booked: number;
  /** Bytes of all its values. */
  readonly bytes: number;
  /** Clients that wait to store. */
  readonly storers: number;
  /** What it may hold, and for how long, in milliseconds; each is there when it was said. */
  readonly maxValues: number | undefined;
  readonly maxBytes: number | undefined;
  readonly whenFull: WhenFull | undefined;
  readonly ttl: number | undefined;
}

export type VariableLimits = Pick<VariableListing, "maxValues" | "maxBytes" | "whenFull" | "ttl">;

/** A workspace, as `listWss` shows it. */
export interface WorkspaceListing {
  readonly name: string;
  /** Whether this session owns it. */
  readonly mine: boolean;
  /** Address and label of its owner, `[system]`, or empty when nobody owns it. */
  readonly owner: string;
  readonly persistent: boolean;
  /** How safe its changes must be, if that was said; `undefined`: as the server does, or it is not persistent. */
  readonly durability: Durability | undefined;
  /** How long nobody may have it open before it is deleted, in milliseconds, if that was said. */
  readonly idleTimeout: number | undefined;
  readonly variableCount: number;
  /** Their names. (They travel joined by commas: a name with a comma in it comes as two.) */
  readonly variables: readonly string[];
}

/** Fields of a line of the classic `list vars`, and of `list wss`. */
const CLASSIC_FIELDS = 5;

export function readVariables(text: string): VariableListing[] {
  return lines(text).map((line) => {
    const [name = "", values, fetchers, finders, mode, booked, bytes, storers, ...limits] = line.split("\t");
    return {
      name,
      values: Number(values ?? 0),
      fetchers: Number(fetchers ?? 0),
      finders: Number(finders ?? 0),
      mode: mode as VariableListing["mode"],
      booked: Number(booked ?? 0),
      bytes: Number(bytes ?? 0),
      storers: Number(storers ?? 0),
      ...readLimits(limits),
    };
  });
}

/** The four fields of a variable's limits, empty or not there where nothing was said. */
export function readLimits([maxValues, maxBytes, whenFull, ttl]: readonly string[]): VariableLimits {
  return {
    maxValues: readLimit(maxValues),
    maxBytes: readLimit(maxBytes),
    whenFull: whenFull === undefined || whenFull === "" ? undefined : (whenFull as WhenFull),
    ttl: readLimit(ttl),
  };
}

export function readLimit(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

/** The lines of a listing as classic clients get them: without the fields that only the multiplexed protocol has. */
export function classicFields(text: string): string {
  return lines(text)
    .map((line) => line.split("\t").slice(0, CLASSIC_FIELDS).join("\t"))
    .join("\n");
}

export function readWorkspaces(text: string): WorkspaceListing[] {
  return lines(text).map((line) => {
    const [marked = "", owner = "", persistent, variableCount, names = "", durability = "", idleTimeout] =
      line.split("\t");
    return {
      name: marked.slice(1),
      mine: marked.startsWith(">"),
      owner,
      persistent: persistent === "True",
      durability: durability === "" ? undefined : (durability as Durability),
      idleTimeout: readLimit(idleTimeout),
      variableCount: Number(variableCount ?? 0),
      variables: names === "" ? [] : names.split(","),
    };
  });
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
