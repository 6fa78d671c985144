import { durabilities, type Session, type Space } from "../space/index.ts";
import { classicPosition } from "../wire/classic-position.ts";
import type { ClassicRequest } from "../wire/classic-reader.ts";
import type { FailureName } from "../wire/failure-codes.ts";
import { Verb } from "../wire/verbs.ts";
import type { Role } from "./access/role.ts";
import type { Refusal } from "./named-numbers.ts";
import { printable } from "./printable.ts";
import { DEADMAN_VERB, NO_VERB } from "./tally.ts";

/** What a verb may ask of its session. */
export interface ClassicClient {
  /** Whether it may change anything. */
  readonly mayUse: boolean;
  /** The server is to end when this client hangs up. Returns whether it may ask for that. */
  becomeDeadly(): boolean;
  done(): void;
}

/** A verb of the classic protocol. `args[0]` of a request is the verb's own name. */
export interface ClassicVerb {
  /** What role one must have. Default: `use`. */
  readonly needs?: Role;
  /** Of its replies. */
  readonly shape: "short" | "long";
  /** Fewest and most arguments behind the verb. */
  readonly least: number;
  readonly most: number;
  /** It opens a workspace: the one of its first argument, or a new one. */
  readonly opens?: "named" | "new";
  /** Hands the request to the space, which answers it; or returns why not. */
  readonly run: (
    space: Space,
    session: Session,
    number: number,
    request: ClassicRequest,
    client: ClassicClient,
  ) => Refusal | undefined;
  /** A failure whose status is another one for this verb. */
  readonly statusOf?: (code: FailureName) => number | undefined;
}

/** Why a request with this number of arguments is refused, if it is. */
export function countMismatch(verb: ClassicVerb, { args, value }: ClassicRequest): Refusal | undefined {
  const count = args.length - 1 + (value === undefined ? 0 : 1);
  if (count >= verb.least && count <= verb.most) {
    return undefined;
  }
  const wanted = verb.least === verb.most ? `${verb.least}` : `${verb.least} to ${verb.most}`;
  return bad(`'${args[0] ?? ""}' takes ${wanted} arguments, not ${count}`);
}

/** The type descriptor, or `undefined` when the text is no decimal number below 2^32. */
export function descriptorOf(text: string): number | undefined {
  const descriptor = /^\d{1,20}$/.test(text) ? Number(text) : Infinity;
  return descriptor <= 0xffff_ffff ? descriptor : undefined;
}

export const classicVerbs: ReadonlyMap<string, ClassicVerb> = new Map<string, ClassicVerb>([
  ["open ws", opens(true)],
  ["use ws", opens(false)],
  [
    "delete ws",
    {
      shape: "short",
      least: 1,
      most: 1,
      run: (space, session, number, { args }) => {
        space.deleteWs(session, number, args[1]!);
        return undefined;
      },
      statusOf: (code) => (code === "no_such_workspace" ? 1 : undefined),
    },
  ],
  [
    "list wss",
    {
      needs: "read",
      shape: "long",
      least: 0,
      most: 1,
      run: (space, session, number, { args }) => {
        space.listWss(session, number, args[1]);
        return undefined;
      },
    },
  ],
  [
    "mktemp ws",
    {
      shape: "long",
      least: 0,
      most: 1,
      opens: "new",
      run: (space, session, number, { args }) => {
        space.mktemp(session, number, args[1]);
        return undefined;
      },
    },
  ],
  [
    "list vars",
    {
      needs: "read",
      shape: "long",
      least: 1,
      most: 1,
      run: (space, session, number, { args }) => {
        space.listVars(session, number, args[1]!, false);
        return undefined;
      },
    },
  ],
  [
    "declare var",
    {
      shape: "short",
      least: 3,
      most: 3,
      run: (space, session, number, { args }) => {
        space.declare(session, number, args[1]!, args[2]!, args[3]!);
        return undefined;
      },
    },
  ],
  [
    "delete var",
    {
      shape: "short",
      least: 2,
      most: 2,
      run: (space, session, number, { args }) => {
        space.deleteVar(session, number, args[1]!, args[2]!);
        return undefined;
      },
    },
  ],
  [
    "store",
    {
      shape: "short",
      least: 4,
      most: 4,
      run: (space, session, number, { args, value }) => {
        const descriptor = descriptorOf(args[3]!);
        if (descriptor === undefined || value === undefined) {
          return bad(`the type descriptor '${args[3]!}' is no decimal number below 2^32`);
        }
        space.store(session, number, args[1]!, args[2]!, descriptor, value.bytes, value.start, value.end);
        return undefined;
      },
    },
  ],
  ["fetch", reads(true, true)],
  ["fetchTry", reads(true, false)],
  ["find", reads(false, true)],
  ["findTry", reads(false, false)],
  ["ifetch", iterates(true, true)],
  ["ifetchTry", iterates(true, false)],
  ["ifind", iterates(false, true)],
  ["ifindTry", iterates(false, false)],
  [
    "deadman",
    {
      needs: "admin",
      shape: "short",
      least: 0,
      most: 0,
      run: (_space, _session, _number, _request, client) => {
        if (!client.becomeDeadly()) {
          return { code: "not_permitted", message: "this server does not end when a client hangs up" };
        }
        client.done();
        return undefined;
      },
    },
  ],
]);

/** Verbs that are called otherwise in the multiplexed protocol, whose numbers they are counted by. */
const otherNames: Readonly<Record<string, number>> = {
  "open ws": Verb.open,
  "use ws": Verb.open,
  "delete ws": Verb.deleteWs,
  "list wss": Verb.listWss,
  "mktemp ws": Verb.mktemp,
  "list vars": Verb.listVars,
  "declare var": Verb.declare,
  "delete var": Verb.deleteVar,
  deadman: DEADMAN_VERB,
};

const numbers = new Map(
  [...classicVerbs].map(([name, verb]) => [verb, otherNames[name] ?? Verb[name as keyof typeof Verb]] as const),
);

/** By which number it is counted. */
export function classicVerbNumber(verb: ClassicVerb): number {
  return numbers.get(verb) ?? NO_VERB;
}

function opens(own: boolean): ClassicVerb {
  return {
    needs: "read",
    shape: "short",
    least: 3,
    most: own ? 5 : 4,
    opens: "named",
    run: (space, session, number, { args }, { mayUse }) => {
      // (`use` ignores label and persistence.)
      const persistent = own ? yesOrNo(args[3]!) : false;
      const create = yesOrNo(args[4] ?? "yes");
      if (persistent === undefined || create === undefined) {
        return bad("whether persistent, and whether to create, is 'yes' or 'no'");
      }
      const durability = durabilities.find((each) => each === args[5]);
      if (args[5] !== undefined && durability === undefined) {
        return bad(`the durability '${args[5]}' is none of ${durabilities.join(", ")}`);
      }
      // (Who may only look uses what is there.)
      space.open(session, number, args[1]!, {
        own: own && mayUse,
        persistent,
        durability,
        create: create && mayUse,
        label: printable(args[2]!),
      });
      return undefined;
    },
  };
}

function reads(take: boolean, wait: boolean): ClassicVerb {
  const how = { take, wait, iterate: false, lease: false, most: 1, after: undefined };
  return {
    needs: take ? "use" : "read",
    shape: "long",
    least: 2,
    most: 2,
    run: (space, session, number, { args }) => {
      space.read(session, number, args[1]!, args[2]!, how);
      return undefined;
    },
  };
}

function iterates(take: boolean, wait: boolean): ClassicVerb {
  return {
    needs: take ? "use" : "read",
    shape: "long",
    least: 4,
    most: 4,
    run: (space, session, number, { args }) => {
      const position = classicPosition(args[3]!, args[4]!);
      if (position === undefined) {
        return bad(`the value index '${args[4]!}' is no decimal number`);
      }
      const after = position === "start" ? undefined : position;
      space.read(session, number, args[1]!, args[2]!, { take, wait, iterate: true, lease: false, most: 1, after });
      return undefined;
    },
  };
}

function yesOrNo(text: string): boolean | undefined {
  return text === "yes" ? true : text === "no" ? false : undefined;
}

function bad(message: string): Refusal {
  return { code: "bad_arguments", message };
}
