import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Server } from "../server/server.ts";
import type { Babelfish } from "./babelfish.ts";
import type { History } from "./show/history.ts";
import type { Observer } from "./show/observer.ts";
import type { Addresses } from "./show/server-info.ts";
import type { Visitors } from "./visitors/visitors.ts";

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
  readonly visitors: Visitors;
  readonly addresses: Addresses;
  readonly babelfish: Babelfish;
}
