import { Type } from "typebox";
import { Value } from "typebox/value";
import { roles } from "./role.ts";
import type { TokenLimits } from "./token-limits.ts";
import type { AccessRecord } from "./access-file.ts";

const base64 = Type.String({ pattern: "^[A-Za-z0-9+/]+={0,2}$", maxLength: 100 });
const time = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$" });

const count = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

const record = Type.Object(
  {
    id: Type.String({ pattern: "^[0-9a-f]{12}$" }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    role: Type.Enum([...roles]),
    workspaces: Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), { minItems: 1, maxItems: 1000 }),
    created: time,
    expires: Type.Optional(time),
    limits: Type.Optional(
      Type.Partial(
        Type.Object({
          maxConnections: count,
          maxOperationsPerSecond: count,
          maxBytesPerSecond: count,
          maxWaiting: count,
          maxWorkspaces: count,
        } satisfies Record<keyof TokenLimits, unknown>),
        { additionalProperties: false },
      ),
    ),
    scram: Type.Optional(
      Type.Object(
        {
          salt: base64,
          iterations: Type.Integer({ minimum: 4096, maximum: 1_000_000 }),
          storedKey: base64,
          serverKey: base64,
        },
        { additionalProperties: false },
      ),
    ),
    certificate: Type.Optional(Type.String({ pattern: "^[0-9a-f]{64}$" })),
  },
  { additionalProperties: false },
);

const file = Type.Object({ format: Type.Integer({ minimum: 1 }), entries: Type.Array(record) });

/** The records in what the file holds. An Error says where it is not as it should be. */
export function recordsIn(json: unknown, newest: number): AccessRecord[] {
  const format = (json as { readonly format?: unknown } | null)?.format;
  if (typeof format === "number" && format > newest) {
    throw new Error(`it is of format ${format}, from a newer version of this program, which reads up to ${newest}`);
  }
  if (!Value.Check(file, json)) {
    const [first] = Value.Errors(file, json);
    const { instancePath = "", message = "is not as it should be" } = first ?? {};
    throw new Error(`${instancePath === "" ? "the whole" : instancePath} ${message}`);
  }
  const { entries } = json;
  const ids = new Set(entries.map(({ id }) => id));
  if (ids.size < entries.length) {
    throw new Error("an id comes twice");
  }
  // (What looks like a time and is none would never be over.)
  const endless = entries.find(({ expires }) => expires !== undefined && Number.isNaN(Date.parse(expires)));
  if (endless !== undefined) {
    throw new Error(`'${endless.expires!}', when ${endless.id} expires, is no time`);
  }
  return entries;
}
