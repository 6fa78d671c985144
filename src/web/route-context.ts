import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Door } from "../server/door.ts";
import type { Server } from "../server/server.ts";
import type { Babelfish } from "./babelfish.ts";
import type { History } from "./show/history.ts";
import type { Observer } from "./show/observer.ts";
import type { Addresses } from "./show/server-info.ts";

/** A fastify that knows the types of what its schemas check. */
export type WebApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What routes need. */
export interface RouteContext {
  readonly server: Server;
  readonly observer: Observer;
  readonly history: History;
  /** The session in which the interface does what people tell it to. */
  readonly door: Door;
  readonly addresses: Addresses;
  readonly babelfish: Babelfish;
}
