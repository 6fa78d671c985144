import * as client from "../../client/index.ts";
import { connect } from "../connect.ts";
import type { WorkspaceChoice } from "../options.ts";
import { interruptibleClass } from "./interruptible.ts";

/** What names that a server has are worth waiting for. */
const PATIENCE_MS = 500;

/** The session with the server that the lines work with, and the workspace that they are in: another one when it was lost. */
export class ReplSession {
  readonly #choice: WorkspaceChoice;
  readonly #say: (sentence: string) => void;
  readonly NetWorkSpace: typeof client.NetWorkSpace;
  #server: client.NwsServer;
  #ws: client.NetWorkSpace;
  #isLost = false;

  private constructor(server: client.NwsServer, name: string, options: ReplSessionOptions) {
    this.#choice = options.choice;
    this.#say = options.say;
    this.NetWorkSpace = interruptibleClass(options.signal, () => ({ server: this.#server }));
    this.#server = server;
    this.#listen();
    this.#ws = this.#open(name, options.choice.own === true);
  }

  static async begin(name: string, options: ReplSessionOptions): Promise<ReplSession> {
    const session = new ReplSession(await connect(options.choice, {}), name, options);
    await session.ws.opened();
    return session;
  }

  get server(): client.NwsServer {
    return this.#server;
  }

  get ws(): client.NetWorkSpace {
    return this.#ws;
  }

  /** What lines find there beside JavaScript. */
  globals(): Record<string, unknown> {
    const { NetWorkSpace } = this;
    return {
      ...Object.fromEntries(Object.entries(client).filter(([name]) => name !== "NetWorkSpace")),
      NetWorkSpace,
      use: (name: string) => this.use(name),
    };
  }

  /** Another workspace is `ws` from now on; the one of before stays open while somebody has it. */
  async use(name: string): Promise<client.NetWorkSpace> {
    const ws = this.#open(name, this.#choice.own === true);
    await ws.opened();
    this.#ws = ws;
    return ws;
  }

  /** After the session was lost: a new one, in the same workspace. */
  async renewIfLost(): Promise<void> {
    if (this.#isLost) {
      this.#server = await connect(this.#choice, {});
      this.#listen();
      this.#ws = this.#open(this.#ws.name, this.#choice.own === true);
      await this.#ws.opened();
      this.#isLost = false;
      this.#say("connected again, with a new session");
    }
  }

  /** Empty when they cannot be had at once. `ws`: its variables, else workspaces. */
  async names(ws: client.NetWorkSpace | undefined): Promise<string[]> {
    const late = new Promise<[]>((resolve) => setTimeout(() => resolve([]), PATIENCE_MS).unref());
    const listing = ws === undefined ? this.#server.listWss() : ws.listVars();
    const known = (listing as Promise<readonly { readonly name: string }[]>).then(
      (all) => all.map(({ name }) => name),
      () => [],
    );
    return Promise.race([known, late]);
  }

  /** Ends the session. Resolves with the number of values that were on lease, and go back. */
  async end(): Promise<number> {
    const leases = this.#isLost ? 0 : this.#server.session.exchange.leases.numbers.length;
    await this.#server.close();
    return leases;
  }

  #open(name: string, own: boolean): client.NetWorkSpace {
    const { create, persistent = false } = this.#choice;
    return new this.NetWorkSpace(name, { useUse: !own, create, persistent });
  }

  #listen(): void {
    this.#server
      .on("disconnected", ({ reason }) => this.#say(`the connection is lost (${reason}); trying to get it back`))
      .on("reconnected", () => this.#say("the connection is back, and nothing was lost"))
      .on("lost", (error) => {
        this.#isLost = true;
        this.#say(`the session is lost (${error.reason ?? error.message}); the next line begins a new one`);
      });
  }
}

export interface ReplSessionOptions {
  readonly choice: WorkspaceChoice;
  /** Ends what waits. */
  readonly signal: () => AbortSignal;
  /** Tells the user something that he has not asked for. */
  readonly say: (sentence: string) => void;
}
