import { stat } from "node:fs/promises";
import type { Server as HttpServer } from "node:http";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Server } from "../server/server.ts";
import type { ServerCertificate } from "../server/tls/server-certificate.ts";
import { isLoopback } from "../server/loopback.ts";
import type { App } from "./app.ts";
import type { Redirect } from "./redirect.ts";

export interface WebServerOptions {
  readonly server: Server;
  /** Where the server's own clients connect, to be shown. */
  readonly host: string;
  readonly port: number;
  /** 0: a free one. */
  readonly webPort: number;
  /** A listening socket that was handed down, in place of `host` and `webPort`. */
  readonly fd?: number | undefined;
  /** It does not keep the program running. */
  readonly isBackground: boolean;
  readonly hostNames: readonly string[];
  /** An absolute path: see `AppOptions`. */
  readonly pages: string | undefined;
  /** It is reached by https then, and by nothing else. */
  readonly certificate: ServerCertificate | undefined;
  /** Nobody is answered before this. */
  readonly ready: Promise<void>;
}

/**
 * The web interface's port. What is behind it is loaded when somebody comes: a server is ready before that, and one that nobody looks at
 * costs a listening socket.
 */
export class WebServer {
  readonly port: number;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.port = port;
    this.#close = close;
  }

  /** Rejects when it cannot listen there, others than this machine could come and that was not asked for, or `pages` is no folder. */
  static async listen(options: WebServerOptions): Promise<WebServer> {
    const { server, host, fd, isBackground, hostNames, pages, certificate } = options;
    const checkAddress = (address: string): void => {
      if (!isLoopback(address)) {
        server.access.checkListening(address, certificate !== undefined);
      }
    };
    if (fd === undefined) {
      checkAddress(host);
    }
    if (pages !== undefined && !(await stat(pages).catch(() => undefined))?.isDirectory()) {
      throw new Error(`the folder of web pages, ${pages}, is not there or is no folder`);
    }
    const sockets = new Set<Socket>();
    const { deadlines, logger } = server;
    const entrance = certificate?.entrance({ deadlines, logger, protocols: ["http/1.1"] });
    let redirect: Promise<Redirect> | undefined;
    let app: Promise<App> | undefined;
    let isReady = false;
    void options.ready.then(() => (isReady = true));
    let starting: Promise<HttpServer> | undefined;
    const serve = (socket: Socket): void => {
      if (!isReady) {
        // Whoever asks how it is gets an answer, everybody else waits.
        starting ??= import("./probes.ts").then(({ probesWhile }) =>
          probesWhile(
            () => !isReady,
            server.readiness,
            async () => (await begin()).http,
          ),
        );
        starting.then(
          (http) => http.emit("connection", socket),
          () => socket.destroy(),
        );
        return;
      }
      begin().then(
        ({ http }) => http.emit("connection", socket),
        (error: unknown) => {
          server.bug(error, "the start of the web interface");
          socket.destroy();
        },
      );
    };
    const begin = (): Promise<App> => {
      const { port: webPort } = listener.address() as AddressInfo;
      app ??= options.ready
        .then(() => import("./app.ts"))
        .then(({ createApp }) =>
          createApp({ server, addresses: { host, port: options.port, webPort }, hostNames, pages }),
        );
      return app;
    };
    const turnAway = (socket: Socket): void => {
      redirect ??= import("./redirect.ts").then((module) => new module.Redirect({ names: new Set(hostNames), host }));
      redirect.then(
        (each) => each.answer(socket),
        () => socket.destroy(),
      );
    };
    const listener = createServer({ pauseOnConnect: entrance !== undefined }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      if (isBackground) {
        socket.unref();
      }
      if (entrance === undefined) {
        serve(socket);
      } else {
        entrance.enter(socket, {
          secured: (secured) => {
            secured.on("error", () => secured.destroy());
            serve(secured);
          },
          plain: turnAway,
        });
      }
    });
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(fd === undefined ? { host, port: options.webPort } : { fd }, () => {
        listener.off("error", reject);
        listener.on("error", () => undefined);
        resolve();
      });
    });
    if (fd !== undefined) {
      try {
        checkAddress(handedDown(listener.address(), fd).address);
      } catch (error) {
        listener.close();
        throw error;
      }
    }
    if (isBackground) {
      listener.unref();
    }
    return new WebServer((listener.address() as AddressInfo).port, async () => {
      listener.close();
      entrance?.close();
      await app?.then((each) => each.close()).catch(() => undefined);
      for (const socket of sockets) {
        socket.destroy();
      }
    });
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

function handedDown(address: AddressInfo | string | null, fd: number): AddressInfo {
  if (address === null || typeof address === "string") {
    throw new Error(`file descriptor ${fd} is no TCP socket: the web interface needs one`);
  }
  return address;
}
