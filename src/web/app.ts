import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { Server as HttpServer } from "node:http";
import { Readable } from "node:stream";
import { LoginRefused } from "../server/access/login.ts";
import { TooManyAttempts } from "../server/access/token-check.ts";
import type { Server } from "../server/server.ts";
import type { Problem } from "./api.ts";
import { answerUnreadable } from "./bare-answer.ts";
import { findBabelfish } from "./babelfish.ts";
import { Feed } from "./feed.ts";
import { gate } from "./gate.ts";
import { checkHost, checkOrigin, type HostCheck, securityHeaders } from "./guards.ts";
import { Metrics } from "./metrics.ts";
import { oldAddresses } from "./old-addresses.ts";
import { problemOf } from "./problem.ts";
import { ALIVE, LIVE_PATHS, READY_PATH, readyAnswer } from "./probes.ts";
import type { RouteContext, WebApp } from "./route-context.ts";
import { clientRoutes } from "./routes/clients.ts";
import { loginRoutes, meRoutes } from "./routes/login.ts";
import { serverRoutes } from "./routes/server.ts";
import { valueRoutes } from "./routes/values.ts";
import { variableRoutes } from "./routes/variables.ts";
import { workspaceRoutes } from "./routes/workspaces.ts";
import { indexPage, ownPages, staticFiles } from "./static-files.ts";
import { History } from "./show/history.ts";
import { Observer } from "./show/observer.ts";
import type { Addresses } from "./show/server-info.ts";
import { Strangers } from "./strangers.ts";
import { endWithConnection } from "./unsent-answers.ts";
import { type Visitor, Visitors } from "./visitors/visitors.ts";
import { acceptUpgrades } from "./web-sockets.ts";

/** Most bytes of a request's body: a value of 16 MiB in base64, and some. */
const MOST_BODY_BYTES = 24 * 1_048_576;

/** So long a connection may take from its beginning, or a request from its first byte, to the end of the headers. */
const HEADERS_MS = 60_000;
/** So long a whole request may take to arrive. */
const REQUEST_MS = 300_000;

export interface AppOptions {
  readonly server: Server;
  readonly addresses: Addresses;
  /** Names, beside addresses and this machine's own, by which browsers may call the interface. */
  readonly hostNames: readonly string[];
  /** A folder with pages of the user's own; undefined: there are none. */
  readonly pages: string | undefined;
  /** Most milliseconds to the end of a request's headers. Default: a minute. */
  readonly headersMs?: number;
  /** Most connections on which nobody was known yet. Default: 1024. */
  readonly mostStrangers?: number;
}

/** The web interface behind its port: takes connections, and ends. */
export interface App {
  readonly http: HttpServer;
  close(): Promise<void>;
}

/** Makes the HTTP application. (The framework is loaded with this module: only when somebody asks for something.) */
export async function createApp(options: AppOptions): Promise<App> {
  const { server, addresses, hostNames, pages, headersMs = HEADERS_MS, mostStrangers } = options;
  const http = new HttpServer({
    headersTimeout: headersMs,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: headersMs / 2,
  });
  const strangers = new Strangers(mostStrangers);
  http.on("connection", (socket) => strangers.add(socket));
  const fastify: FastifyInstance = Fastify({
    bodyLimit: MOST_BODY_BYTES,
    serverFactory: (handler) => http.on("request", handler),
    routerOptions: { maxParamLength: 16_384 },
    ajv: { customOptions: { coerceTypes: true, removeAdditional: false } },
    // An address that cannot be read comes to no route, and to none of the hooks.
    frameworkErrors: ({ statusCode = 400, message }, _request, reply) => {
      // (Its type is made for a route, and here is none.)
      const answer = (reply as unknown as FastifyReply).headers(securityHeaders);
      void answer.status(statusCode).send({ code: "bad_request", message } satisfies Problem);
    },
    clientErrorHandler: (error, socket) => {
      if (socket.writable) {
        socket.write(answerUnreadable(error));
      }
      socket.destroy();
    },
  });
  const app: WebApp = fastify.withTypeProvider<TypeBoxTypeProvider>();
  const hosts: HostCheck = { names: new Set(hostNames), host: addresses.host };
  const observer = new Observer(server);
  const history = new History(server);
  const visitors = new Visitors(server.access, addresses.webPort);
  const context: RouteContext = { server, observer, history, visitors, addresses, babelfish: findBabelfish(server) };

  app.decorateRequest("visitor");
  app.addHook("onRequest", (request, reply, next) => {
    void reply.headers(securityHeaders);
    checkHost(request.headers, hosts);
    if (request.method !== "GET" && request.method !== "HEAD") {
      checkOrigin(request.headers);
    }
    next();
  });
  app.addHook("onSend", ({ raw }, _reply, payload, next) => {
    if (payload instanceof Readable) {
      endWithConnection(payload, raw.socket);
    }
    next(null, payload);
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    countRefusal(server, error);
    if (problem !== undefined) {
      if (problem.status === 401) {
        void reply.header("www-authenticate", "Bearer");
      }
      return reply.status(problem.status).send(problem.body);
    }
    // (Whoever has hung up while a file was being sent has made no fault of ours.)
    const usual = isHungUp(error) ? 400 : 500;
    const { statusCode = usual, message } = error as { readonly statusCode?: number; readonly message: string };
    const body: Problem =
      statusCode < 500
        ? { code: "bad_request", message }
        : { code: "internal", message: server.bug(error, `${request.method} ${request.url}`) };
    return reply.status(statusCode).send(body);
  });

  await app.register(swagger, {
    openapi: { info: { title: "NetWorkSpaces web interface", version: server.version } },
  });
  /** Routes of which some things are said for all together. */
  const part = async (prefix: string, routes: (part: WebApp) => void | Promise<void>): Promise<void> => {
    await app.register(async (each) => routes(each.withTypeProvider<TypeBoxTypeProvider>()), { prefix });
  };
  staticFiles(app);
  await part("/api", (api) => loginRoutes(api, context));
  await part("/api", (api) => {
    gate(api, visitors, strangers);
    // What somebody did is done when it is as safe as the server promises, as for any client.
    api.addHook("preSerialization", async ({ method }, _reply, payload) => {
      if (method !== "GET") {
        await server.kept();
      }
      return payload;
    });
    meRoutes(api);
    serverRoutes(api, context);
    workspaceRoutes(api, context);
    variableRoutes(api, context);
    valueRoutes(api, context);
    clientRoutes(api, context);
  });
  await part("", (top) => {
    gate(top, visitors, strangers);
    top.get("/openapi.json", { schema: { hide: true } }, () => fastify.swagger());
    const metrics = new Metrics(server);
    top.get("/metrics", { config: { isOfAll: true }, schema: { hide: true } }, async (_request, reply) =>
      reply.type(metrics.contentType).send(await metrics.text()),
    );
  });
  if (pages !== undefined) {
    await part("", (own) => {
      gate(own, visitors, strangers);
      ownPages(own, pages);
    });
  }
  for (const path of LIVE_PATHS) {
    app.get(path, { schema: { hide: true } }, () => ALIVE);
  }
  app.get(READY_PATH, { schema: { hide: true } }, async (_request, reply) => {
    const { status, body } = readyAnswer(await server.readiness.reasons());
    return reply.status(status).send(body);
  });
  oldAddresses(app);
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === "GET" && !/^\/(?:api|doit|pages)\b/.test(request.url);
    return isPage
      ? indexPage(request, reply)
      : reply.status(404).send({ code: "not_found", message: `there is nothing at ${request.url}` } satisfies Problem);
  });
  const feed = new Feed<Visitor>({
    answer: (path, visitor) =>
      visitors.inside(visitor, (remoteAddress) =>
        fastify.inject({ method: "GET", url: path, headers: { host: "localhost" }, remoteAddress }),
      ),
    keyOf: ({ principal: { id, role, workspaces } }) => JSON.stringify([id, role, workspaces]),
    isStillHere: (visitor) => visitors.isStillHere(visitor),
  });
  const sockets = acceptUpgrades(http, { server, feed, hosts, visitors, strangers });
  await app.ready();
  // Its connections come from elsewhere, and Node watches how long requests take only once a server listens.
  http.emit("listening");
  return {
    http,
    close: async () => {
      feed.close();
      sockets.close();
      history.close();
      observer.depths.close();
      visitors.close();
      context.babelfish.close();
      http.closeAllConnections();
      await app.close();
    },
  };
}

function countRefusal({ tally }: Server, error: unknown): void {
  if (error instanceof LoginRefused) {
    tally.notLetIn.add(error.why);
  } else if (error instanceof TooManyAttempts) {
    tally.notLetIn.add("too_many_attempts");
  }
}

function isHungUp(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === "ERR_STREAM_PREMATURE_CLOSE";
}
