import { WORKSPACE_OVERHEAD_BYTES } from "../../../src/space/workspace.ts";
import { FUZZER } from "./fuzzer.ts";
import { tmpdir } from "node:os";
import type { Logger } from "../../../src/server/logger.ts";
import { Server, type ServerOptions } from "../../../src/server/server.ts";
import type { Receiver, Session } from "../../../src/space/index.ts";
import { longReply, request } from "../../conformance/hostile/classic-bytes.ts";
import { FuzzSocket } from "./fuzz-socket.ts";
import { ManualClock } from "./manual-clock.ts";

/** Small, so that inputs reach them. */
const limits = {
  maxValueBytes: 600_000,
  maxNameBytes: 64,
  maxWaiting: 20,
  maxTransfers: 3,
  maxMemoryBytes: 2 ** 20,
  maxConnections: 4,
  maxNumbers: 16,
  maxUnsentBytes: 200_000,
};

/** Everything a client may ask for is over after so long: handshakes, grace times, lingering. */
const LONG_MS = 200_000;
const DEFAULT_WORKSPACE = "__default";
/** No input has this name. */
const PROBED = "probed-5e2b";

/** A real server in memory, on a clock of its own, that can tell whether it is as it was. */
export class FuzzServer {
  readonly server: Server;
  readonly clock = new ManualClock();
  readonly #probe: FuzzSocket;
  readonly #janitor: Session;
  #sockets: FuzzSocket[] = [];
  #bug: unknown;

  constructor(options: Partial<ServerOptions> = {}) {
    this.server = new Server({
      version: "fuzzed",
      clock: this.clock,
      seed: 1,
      tmpDir: tmpdir(),
      limits,
      logger: this.#logger(),
      ...options,
    });
    this.#probe = this.connect();
    this.#sockets = [];
    this.#probe.send(Buffer.concat([Buffer.from("1111"), request("open ws", PROBED, "", "no")]));
    this.#janitor = this.server.space.join(silent, "janitor");
    this.server.space.open(this.#janitor, 0, DEFAULT_WORKSPACE, {
      own: false,
      persistent: false,
      durability: undefined,
      create: true,
      again: false,
      label: "",
    });
  }

  connect(): FuzzSocket {
    const socket = new FuzzSocket();
    this.#sockets.push(socket);
    this.server.acceptStream(socket, FUZZER);
    return socket;
  }

  /** All that follows from what was done has happened. */
  async settle(): Promise<void> {
    do {
      this.clock.runSoon();
      await new Promise((resolve) => setImmediate(resolve));
      this.clock.runSoon();
    } while (this.server.blobs.isAtWork);
  }

  /** Everybody hangs up, time passes, what is left is deleted; and then the server must be as it was. Throws what is wrong. */
  async endInput(): Promise<void> {
    const { server } = this;
    this.#checkBug();
    server.space.validate();
    for (const socket of this.#sockets) {
      socket.stop(false);
      socket.destroy();
    }
    this.#sockets = [];
    await this.settle();
    this.clock.pass(LONG_MS);
    await this.settle();
    this.#tidy();
    server.space.validate();
    this.#checkIdle();
    this.#checkBug();
  }

  /** Everybody hangs up, and what is left is deleted; others (the web interface) may have sessions of their own. */
  async tidyUp(): Promise<void> {
    this.#checkBug();
    this.#sockets.forEach((socket) => socket.destroy());
    this.#sockets = [];
    await this.settle();
    this.#tidy();
    this.server.space.validate();
  }

  /** Another client still gets what it asks for. */
  probe(): void {
    const probe = this.#probe;
    probe.takeReceived();
    probe.send(Buffer.concat([request("store", PROBED, "x", "1", "yes"), request("fetch", PROBED, "x")]));
    this.clock.runSoon();
    const answer = probe.takeReceived().toString("latin1");
    if (answer !== `0000${longReply(0, 1, "yes")}`) {
      throw new Error(`another client is answered ${JSON.stringify(answer)}`);
    }
  }

  async stop(): Promise<void> {
    const stopping = this.server.stop();
    for (let i = 0; i < 10; i++) {
      await this.settle();
      this.clock.pass(LONG_MS);
    }
    await stopping;
  }

  #tidy(): void {
    const { space } = this.server;
    for (const { name, variables } of [...space.workspaces.values()]) {
      if (name === DEFAULT_WORKSPACE) {
        for (const variable of [...variables.keys()]) {
          space.deleteVar(this.#janitor, 0, name, variable);
        }
      } else if (name !== PROBED) {
        space.open(this.#janitor, 0, name, {
          own: false,
          persistent: false,
          durability: undefined,
          create: false,
          again: false,
          label: "",
        });
        space.deleteWs(this.#janitor, 0, name);
      }
    }
  }

  #checkIdle(): void {
    const { server } = this;
    const { stats } = server.space;
    const probed = server.space.workspaces.get(PROBED)?.memoryBytes ?? 0;
    const counts = {
      connections: [server.connectionCount, 1],
      sessions: [stats.sessions, 2],
      workspaces: [stats.workspaces, 2],
      variables: [stats.variables, probed === 0 ? 0 : 1],
      waiting: [stats.waiting, 0],
      "bytes of values": [stats.memoryBytes, probed + WORKSPACE_OVERHEAD_BYTES],
      "bytes of files": [stats.fileBytes, 0],
      files: [server.blobs.fileCount, 0],
      "bytes of uploads": [server.memory.used, 0],
      "bytes that arrive": [server.arriving.used, 0],
      // (One may be there for a value that would have been over later, and was deleted. What is kept by mistake adds up over inputs.)
      deadlines: [Math.max(1, server.deadlines.count), 1],
    };
    for (const [what, [is, wanted]] of Object.entries(counts)) {
      if (is !== wanted) {
        throw new Error(`${what}: ${is} when nobody is there, and should be ${wanted}`);
      }
    }
  }

  #checkBug(): void {
    if (this.#bug !== undefined) {
      throw new Error("the server says: internal error", { cause: this.#bug });
    }
  }

  #logger(): Logger {
    const ignore = (): void => undefined;
    return {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (details) => (this.#bug ??= (details as { readonly err?: unknown }).err ?? details),
    };
  }
}

const silent: Receiver = {
  done: () => undefined,
  none: () => undefined,
  failed: () => undefined,
  value: () => undefined,
  text: () => undefined,
  dependsOnJournal: () => undefined,
};
