import { FieldCursor } from "../wire/field-cursor.ts";
import { FirstFrame } from "../wire/first-frame.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { writeEnded, writeFailed, writeRestored, writeResumed, writeWelcome } from "../wire/server-frames.ts";
import { MAX_COUNT, MAX_REGAINED_LEASES, PROTOCOL_VERSION, Verb, WelcomeFlag } from "../wire/verbs.ts";
import { ArrivingBytes } from "./arriving-room.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation } from "./conversation.ts";
import { MultiplexedSession } from "./multiplexed-session.ts";
import { printable } from "./printable.ts";
import type { ServerContext } from "./server-context.ts";
import type { Credentials } from "./session-registry.ts";

/**
 * The first frame of a connection of the multiplexed protocol: with `hello` a session begins on it; with `resume` a session that lost its
 * connection goes on over this one. If it lost the server, too, there is a second frame: `regain`.
 */
export class Greeting extends BriefConversation {
  readonly #connection: Connection;
  readonly #context: ServerContext;
  /** Why no session may begin here, if so. */
  readonly #refusal: string | undefined;
  #frame = new FirstFrame();
  /** Of a session of an earlier run, whose client has been told to `regain` it. */
  #restored: Credentials | undefined;
  /** What has arrived of the frame. */
  readonly #arriving: ArrivingBytes;

  /** `refusal`: answers `hello` with this sentence, for all connections are taken; sessions that exist may still be resumed. */
  constructor(connection: Connection, context: ServerContext, refusal: string | undefined) {
    super();
    this.#connection = connection;
    this.#context = context;
    this.#refusal = refusal;
    this.#arriving = new ArrivingBytes(context.arriving, connection);
  }

  receive(chunk: Uint8Array): void {
    const frame = this.#frame;
    const end = frame.push(chunk);
    if (end < 0) {
      this.#arriving.set(frame.heldBytes);
      return;
    }
    this.#arriving.set(0);
    this.#frame = new FirstFrame();
    const fields = new FieldCursor();
    fields.begin(frame.bytes, frame.start, frame.end);
    const next = this.#greet(frame.request, frame.verb, fields);
    if (next !== undefined && end < chunk.length) {
      next.received(chunk.subarray(end));
    }
  }

  inputEnded(): void {
    this.#connection.close();
  }

  override end(): void {
    this.#arriving.set(0);
  }

  /** Returns the connection to which the bytes that follow belong; undefined: it is over. */
  #greet(request: number, verb: number, fields: FieldCursor): Connection | undefined {
    if (verb === Verb.resume) {
      return this.#resume(request, fields.byteString(), fields.byteString(), fields.u64());
    }
    const connection = this.#connection;
    if (this.#restored !== undefined) {
      return this.#regain(this.#restored, verb, fields);
    }
    if (this.#refusal !== undefined) {
      writeFailed(connection.out, request, "too_many_connections", this.#refusal);
      connection.close();
      return undefined;
    }
    if (verb !== Verb.hello) {
      throw new ProtocolFault("a request before hello");
    }
    return this.#hello(request, fields.u8(), fields.u32(), fields.byteString());
  }

  #hello(request: number, version: number, wantedGraceMs: number, label: string): Connection | undefined {
    const connection = this.#connection;
    const { limits, sessions, keptSessions } = this.#context;
    if (version < PROTOCOL_VERSION) {
      writeFailed(connection.out, request, "bad_arguments", `version ${version} of the protocol does not exist`);
      connection.close();
      return undefined;
    }
    const credentials = sessions.add(connection);
    const { id, secret } = credentials;
    const graceMs = Math.min(wantedGraceMs, limits.maxGraceMs);
    connection.conversation = new MultiplexedSession(connection, this.#context, {
      credentials,
      label: printable(label.slice(0, limits.maxNameBytes)),
      graceMs,
    });
    writeWelcome(connection.out, request, {
      graceMs,
      maxValueBytes: limits.maxValueBytes,
      sessionId: id,
      secret,
      flags: graceMs > 0 && keptSessions !== undefined ? WelcomeFlag.keeps : 0,
    });
    if (graceMs > 0) {
      connection.survive(graceMs);
    }
    return connection;
  }

  #resume(request: number, id: string, secret: string, receivedCount: number): Connection | undefined {
    const connection = this.#connection;
    if (this.#context.keptSessions?.isAwaited(id, secret) === true) {
      writeRestored(connection.out, request);
      this.#restored = { id, secret };
      return undefined;
    }
    const resumed = this.#context.sessions.find(id, secret);
    // (A count that cannot be: a `resume` that was held up on its way, and another one has come before it. The session goes on.)
    const told = resumed?.resumeAt(receivedCount);
    if (resumed === undefined || told === undefined) {
      writeFailed(connection.out, request, "session_lost", `there is no session '${id}' that can be resumed here`);
      connection.close();
      return undefined;
    }
    writeResumed(connection.out, request, told);
    resumed.attach(connection, receivedCount);
    return resumed;
  }

  #regain(credentials: Credentials, verb: number, fields: FieldCursor): Connection | undefined {
    const connection = this.#connection;
    const { keptSessions, sessions } = this.#context;
    if (verb !== Verb.regain) {
      throw new ProtocolFault("a request before regain");
    }
    const lastBooking = fields.u64();
    const givenBack: number[] = [];
    for (let left = fields.u32(); left > 0; left--) {
      givenBack.push(fields.u64());
    }
    const lastLease = fields.u64();
    const leases = new Set<number>();
    while (fields.at < fields.end && leases.size < MAX_REGAINED_LEASES) {
      leases.add(fields.u64());
    }
    if (Math.max(lastBooking, lastLease) > MAX_COUNT) {
      throw new ProtocolFault(`booking ${lastBooking}, lease ${lastLease}: a session cannot have so many`);
    }
    const surviving = keptSessions!.claim(credentials.id, credentials.secret);
    if (surviving === undefined) {
      const message = `session '${credentials.id}' has been regained over another connection, or has ended`;
      writeEnded(connection.out, "session_lost", message);
      connection.close();
      return undefined;
    }
    const { label, graceMs } = surviving.session.facts;
    sessions.addAgain(connection, credentials);
    connection.survive(graceMs);
    const regained = { ...surviving, possessions: { lastBooking, givenBack, lastLease, leases } };
    connection.conversation = new MultiplexedSession(connection, this.#context, {
      credentials,
      label,
      graceMs,
      regained,
    });
    return connection;
  }
}
