import { HTTPS, Option } from "../wire/options.ts";
import { RankBy, RankOf, Verb } from "../wire/verbs.ts";
import { checkName } from "./arguments.ts";
import { OperationError } from "./errors.ts";
import type { Listener, ServerEvent } from "./events.ts";
import { classicFields, readWorkspaces, type WorkspaceListing } from "./listing.ts";
import { writeName } from "./name-bytes.ts";
import type { SessionIdentity } from "./outcomes.ts";
import { Expect } from "./pending.ts";
import { type RankedKind, type Ranking, type RankQuery, readRanking } from "./ranking.ts";
import type { Session } from "./session.ts";

/** What `info` tells of a server. Later servers may tell more. */
export interface ServerInfo {
  readonly version: string;
  readonly pid: number;
  readonly uptimeMs: number;
  readonly connections: number;
  readonly workspaces: number;
  readonly variables: number;
  /** Operations that wait. */
  readonly waiting: number;
  /** Of values, and what keeps them, in memory; and of those in files. */
  readonly memoryBytes: number;
  readonly fileBytes: number;
  /** Memory that the server's process takes. */
  readonly residentBytes: number;
  /** Requests since it was started. */
  readonly operations: number;
  /** How long its event loop has been at work since then, in milliseconds. */
  readonly busyMs: number;
  /** `null`: there is none. */
  readonly limits: Readonly<Record<string, number | null>>;
}

/** A server as a whole, and one session with it: everything that is the same in Node and in browsers. */
export class ServerBase implements AsyncDisposable {
  /** @internal */
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Where it is, as `localhost:8765`. */
  get address(): string {
    return this.session.address;
  }

  /**
   * Makes a workspace whose name is unique on the server and returns its name. Nobody owns it until somebody opens it.
   * `template` has one `%d` (or `%04d`, ...) for a number. Default: the server's own.
   */
  async mktempWs(template = ""): Promise<string> {
    if (template !== "") {
      checkName("workspace", template, { operation: "mktempWs" });
    }
    const { session } = this;
    const { handles } = session.exchange;
    const handle = handles.add(template);
    try {
      // (What fails has no workspace to name.)
      return await session.ask<string>("mktempWs", Verb.mktemp, Expect.text, undefined, (writer) => {
        writer.u32(handle.number);
        writer.utf8(template);
      });
    } finally {
      handles.remove(handle);
    }
  }

  /** Deletes a workspace and all that is in it, whoever owns it. NoSuchWorkspaceError when there is none. */
  async deleteWs(name: string): Promise<void> {
    checkName("workspace", name, { operation: "deleteWs" });
    const { session } = this;
    // Only who has opened or used a workspace may delete it; a handle of before may be one to an earlier workspace of the name.
    const [handle] = session.open(name, { own: false, persistent: false, create: false });
    try {
      await session.ask("deleteWs", Verb.deleteWs, Expect.done, handle, (writer) => writer.u32(handle.number));
    } catch (error) {
      await session.leave(handle);
      throw error;
    }
    session.exchange.handles.remove(handle);
  }

  /** All workspaces, sorted by name. */
  async listWss(): Promise<WorkspaceListing[]> {
    return readWorkspaces(await this.#list(""));
  }

  /** The listing as classic clients get it: a line for each workspace, its fields separated by tabs. `name`: only that one. */
  async listWssText(name = ""): Promise<string> {
    return `${classicFields(await this.#list(name))}\n`;
  }

  /** What the server is doing, its numbers and limits. A token that does not let into all workspaces gets a PermissionError. */
  async info(): Promise<ServerInfo> {
    const text = await this.session.ask<string>("info", Verb.info, Expect.text, undefined, () => undefined);
    try {
      return JSON.parse(text) as ServerInfo;
    } catch (error) {
      const reason = "the server has not answered with JSON";
      throw new OperationError("internal", `info failed: ${reason}`, { operation: "info", reason, cause: error });
    }
  }

  /**
   * The first of all workspaces, variables or clients by some measure, found by the server: it looks at many so that few travel. `most`:
   * so many at most. `workspace`: variables of this one only. `filter`: those with this in their name, whatever its case. Clients are
   * only told to who may see all workspaces: PermissionError.
   * @internal
   */
  async rank<Of extends RankedKind>(of: Of, query: RankQuery): Promise<Ranking<Of>> {
    const { by, most, workspace = "", filter = "" } = query;
    const text = await this.session.ask<string>("rank", Verb.rank, Expect.text, undefined, (writer) => {
      writer.u8(RankOf[of]);
      writer.u8(RankBy[by]);
      writer.u32(most);
      const at = writer.length;
      writer.u16(0);
      writeName(writer, workspace);
      const nameBytes = writer.length - at - 2;
      writer.bytes[at] = nameBytes >>> 8;
      writer.bytes[at + 1] = nameBytes;
      writer.utf8(filter);
    });
    return readRanking(text) as Ranking<Of>;
  }

  /** Of this session, once it is connected: for another program that may have to end it (`endSession`). */
  async identity(): Promise<SessionIdentity> {
    const { identity } = await this.session.greeting;
    return identity;
  }

  /**
   * Ends another session at once, as if its connection had broken: its waits end, what it has fetched and not confirmed goes back.
   * For whoever knows that its program hangs or is gone before the server does. PermissionError when there is no session
   * with this id and secret (any more).
   */
  endSession({ id, secret }: SessionIdentity): Promise<void> {
    return this.session.ask("endSession", Verb.endSession, Expect.done, undefined, (writer) => {
      writer.byteString(id);
      writer.byteString(secret);
    });
  }

  /**
   * Calls `listener` when something happens to the connection; after what runs now, and what it throws is dropped. `disconnected` and
   * `reconnected` need nothing to be done: operations wait meanwhile. `lost`: every operation is rejected from now on.
   */
  on<Name extends ServerEvent>(event: Name, listener: Listener<Name>): this {
    this.session.exchange.listeners.add(event, listener);
    return this;
  }

  /** Calls `listener` no more. */
  off<Name extends ServerEvent>(event: Name, listener: Listener<Name>): this {
    this.session.exchange.listeners.remove(event, listener);
    return this;
  }

  /** The port of the server's web interface, on the same host; undefined where there is none. */
  async webPort(): Promise<number | undefined> {
    const { greeting, exchange } = this.session;
    await greeting;
    const port = exchange.connection.offer?.get(Option.webPort);
    return port === undefined ? undefined : Number(port);
  }

  /** How that is reached: `https` where the server has a certificate. */
  async webScheme(): Promise<"http" | "https"> {
    const { greeting, exchange } = this.session;
    await greeting;
    return exchange.connection.offer?.get(Option.webScheme) === HTTPS ? "https" : "http";
  }

  /** Resolves when the server has answered. */
  ping(): Promise<void> {
    return this.session.ask("ping", Verb.ping, Expect.done, undefined, () => undefined);
  }

  /** What waits for an answer keeps the program running. So it is at first. */
  ref(): void {
    this.session.exchange.mayHold = true;
  }

  /** Nothing of this session keeps the program running any more, for programs that wait for ever beside their real work. */
  unref(): void {
    this.session.exchange.mayHold = false;
  }

  /**
   * Ends the session: what was sent before is done first, what waits rejects with a ClosedError, and workspaces that it owns and
   * that are not persistent are gone. Never rejects.
   */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Calls `close`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #list(name: string): Promise<string> {
    return this.session.ask("listWss", Verb.listWss, Expect.text, undefined, (writer) => writer.utf8(name));
  }
}
