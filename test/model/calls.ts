import type { Durability, LimitOptions, Mode, ReadOptions } from "../../src/space/index.ts";

/** A value of a test: its descriptor is its identity, unique in a run; its bytes follow from the descriptor. */
export interface TestValue {
  readonly descriptor: number;
  readonly length: number;
  /** Whether the value lives in a file. */
  readonly isFile: boolean;
}

/** How values are stored beside what they are. */
export interface TestStore {
  readonly ttlMs: number | undefined;
  readonly wait: boolean;
}

/** How a session gets at a value that it has booked. */
export type BookingKind = "booking" | "lease";

interface Request {
  /** Number of the session: never given again in a run. */
  readonly session: number;
  /** Number of the request: never given again in a run. */
  readonly request: number;
}

interface Place {
  readonly ws: string;
  readonly variable: string;
}

/** One call of the space, with everything decided: machine and model are given the same. */
export type Call =
  | { readonly do: "passTime"; readonly session: number; readonly ms: number }
  | { readonly do: "expireDue"; readonly session: number }
  | { readonly do: "join"; readonly session: number; readonly leaseOver: number | undefined }
  | { readonly do: "end"; readonly session: number }
  | { readonly do: "confirm"; readonly session: number; readonly upTo: number }
  | { readonly do: "expire"; readonly session: number; readonly lease: number }
  | {
      readonly do: "cancel";
      readonly session: number;
      readonly request: number;
      readonly code: "cancelled" | "timed_out";
    }
  | (Request & {
      readonly do: "open";
      readonly ws: string;
      readonly own: boolean;
      readonly persistent: boolean;
      readonly durability?: Durability | undefined;
      readonly idleTimeoutMs?: number | undefined;
      readonly create: boolean;
    })
  | (Request & { readonly do: "leave" | "deleteWs"; readonly ws: string })
  | (Request & { readonly do: "listWss"; readonly only: string | undefined })
  | (Request & { readonly do: "mktemp"; readonly template: string | undefined })
  | (Request & { readonly do: "listVars"; readonly ws: string; readonly extended: boolean })
  | (Request &
      Place & {
        readonly do: "declare";
        readonly mode: Mode | "stack";
        readonly limits: LimitOptions | undefined;
      })
  | (Request & Place & { readonly do: "deleteVar" | "guard" })
  | (Request & Place & { readonly do: "store"; readonly value: TestValue; readonly how?: TestStore })
  | (Request & Place & { readonly do: "storeSeveral"; readonly values: readonly TestValue[]; readonly how?: TestStore })
  | (Request & Place & { readonly do: "read"; readonly how: ReadOptions })
  | (Request & { readonly do: "ack" | "extend"; readonly lease: number })
  | (Request & { readonly do: "release"; readonly kind: BookingKind; readonly number: number })
  | (Request &
      Place & { readonly do: "complete"; readonly lease: number; readonly value: TestValue; readonly how?: TestStore });
