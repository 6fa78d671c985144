import { latin1 } from "../wire/bytes.ts";
import { FieldCursor } from "../wire/field-cursor.ts";
import { FirstFrame } from "../wire/first-frame.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { ScramFault } from "../wire/scram.ts";
import {
  writeEnded,
  writeFailed,
  writeLoginAnswer,
  writeRestored,
  writeResumed,
  writeWelcome,
} from "../wire/server-frames.ts";
import { MAX_COUNT, MAX_REGAINED_LEASES, PROTOCOL_VERSION, Reply, Verb, WelcomeFlag } from "../wire/verbs.ts";
import { type Login, LoginRefused } from "./access/login.ts";
import type { Principal } from "./access/principal.ts";
import { Admission } from "./admission.ts";
import { ArrivingBytes } from "./arriving-room.ts";
import type { Connection } from "./connection.ts";
import { BriefConversation } from "./conversation.ts";
import type { Deadline, DeadlineTarget } from "./deadlines.ts";
import { MultiplexedSession } from "./multiplexed-session.ts";
import { printable } from "./printable.ts";
import type { ServerContext } from "./server-context.ts";
import type { Credentials } from "./session-registry.ts";
import type { NotLetInReason } from "./tally.ts";

/** A client that has not said who it is, or what it wants, after so long is dropped. */
const GREETING_MS = 60_000;

const STRANGER =
  "this server does not know this client: give it a token (NWS_TOKEN, or a file named by NWS_TOKEN_FILE; 'nws token create' makes one)";

/**
 * The first frame of a connection of the multiplexed protocol: with `hello` a session begins on it; with `resume` a session that lost its
 * connection goes on over this one. If it lost the server, too, there is a second frame: `regain`. Before these the client may log in:
 * `authenticate` and `prove`; else it is let in as whom its way here makes it known.
 */
export class Greeting extends BriefConversation implements DeadlineTarget {
  readonly #connection: Connection;
  readonly #context: ServerContext;
  /** Why no session may begin here, if so. */
  readonly #refusal: string | undefined;
  readonly #deadline: Deadline;
  #frame = new FirstFrame();
  /** A login that has begun. */
  #login: Login | undefined;
  /** Who it is, once that is known. */
  #principal: Principal | undefined;
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
    this.#deadline = context.deadlines.add(GREETING_MS, this, 0);
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
    const rest = chunk.subarray(end);
    switch (frame.verb) {
      case Verb.authenticate:
        this.#authenticate(frame, rest);
        break;
      case Verb.prove:
        this.#prove(frame);
        this.#receiveRest(rest);
        break;
      default: {
        const who = this.#principal ?? this.#context.access.whoIs(this.#connection.peer);
        this.#when(who, rest, (principal, behind) => this.#admit(principal, frame, behind));
      }
    }
  }

  #receiveRest(rest: Uint8Array): void {
    if (rest.length > 0 && this.#connection.isOpen) {
      this.receive(rest);
    }
  }

  /** Goes on when the answer is there; until then nothing is read. `rest`: what was read already. */
  #when<T>(answer: T | Promise<T>, rest: Uint8Array, goOn: (answer: T, rest: Uint8Array) => void): void {
    if (!(answer instanceof Promise)) {
      goOn(answer, rest);
      return;
    }
    const connection = this.#connection;
    const admission = new Admission(connection, this, answer, (found, held) => {
      connection.conversation = this;
      goOn(found, held);
    });
    connection.conversation = admission;
    admission.receive(rest);
  }

  /** The first step of a login. */
  #authenticate({ bytes, start, end }: FirstFrame, rest: Uint8Array): void {
    const { access } = this.#context;
    const connection = this.#connection;
    const { peer } = connection;
    this.#unlessRefused(() => {
      const refusal = access.refusesWay(peer);
      if (refusal !== undefined) {
        throw new LoginRefused(refusal, "needs_tls");
      }
      this.#when(access.login(peer, latin1(bytes, start, end)), rest, (login, behind) => {
        this.#login = login;
        writeLoginAnswer(connection.out, Reply.challenge, login.challenge());
        this.#receiveRest(behind);
      });
    });
  }

  /** The second one. */
  #prove({ bytes, start, end }: FirstFrame): void {
    const login = this.#login;
    this.#login = undefined;
    if (login === undefined) {
      throw new ProtocolFault("a proof before a login");
    }
    this.#unlessRefused(() => {
      const proof = login.verify(latin1(bytes, start, end));
      this.#principal = this.#context.access.list.principalOf(login.user);
      writeLoginAnswer(this.#connection.out, Reply.authenticated, proof);
    });
  }

  #unlessRefused(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof LoginRefused || error instanceof ScramFault)) {
        throw error;
      }
      this.#refuse(0, error instanceof LoginRefused ? error.why : "bad_login", error.message);
    }
  }

  /** Goes on with the first frame of a session. `rest`: what came behind it. */
  #admit(principal: Principal | undefined, frame: FirstFrame, rest: Uint8Array): void {
    if (principal === undefined) {
      const { access } = this.#context;
      const refusal = access.refusesWay(this.#connection.peer);
      this.#refuse(frame.request, refusal === undefined ? "unknown_client" : "needs_tls", refusal ?? STRANGER);
      return;
    }
    this.#principal = principal;
    const fields = new FieldCursor();
    fields.begin(frame.bytes, frame.start, frame.end);
    const next = this.#greet(principal, frame.request, frame.verb, fields);
    if (next !== undefined) {
      this.#context.deadlines.cancel(this.#deadline);
    }
    if (next !== undefined && rest.length > 0) {
      next.received(rest);
    }
  }

  #refuse(request: number, reason: NotLetInReason, message: string): void {
    const connection = this.#connection;
    this.#context.notLetIn(connection.peer, reason, message);
    writeFailed(connection.out, request, "not_authenticated", message);
    connection.close();
  }

  inputEnded(): void {
    this.#connection.close();
  }

  expire(): void {
    this.#connection.drop("no greeting");
  }

  override end(): void {
    this.#arriving.set(0);
    this.#context.deadlines.cancel(this.#deadline);
  }

  /** Returns the connection to which the bytes that follow belong; undefined: it is over. */
  #greet(principal: Principal, request: number, verb: number, fields: FieldCursor): Connection | undefined {
    if (verb === Verb.resume) {
      return this.#resume(principal, request, fields.byteString(), fields.byteString(), fields.u64());
    }
    const connection = this.#connection;
    if (this.#restored !== undefined) {
      return this.#regain(principal, this.#restored, verb, fields);
    }
    if (this.#refusal !== undefined) {
      this.#context.tally.failures.add("too_many_connections");
      writeFailed(connection.out, request, "too_many_connections", this.#refusal);
      connection.close();
      return undefined;
    }
    if (verb !== Verb.hello) {
      throw new ProtocolFault("a request before hello");
    }
    return this.#hello(principal, request, fields.u8(), fields.u32(), fields.byteString());
  }

  #hello(
    principal: Principal,
    request: number,
    version: number,
    wantedGraceMs: number,
    label: string,
  ): Connection | undefined {
    const connection = this.#connection;
    const { limits, sessions, keptSessions } = this.#context;
    if (version < PROTOCOL_VERSION) {
      writeFailed(connection.out, request, "bad_arguments", `version ${version} of the protocol does not exist`);
      connection.close();
      return undefined;
    }
    const refusal = this.#context.refusesAnother(principal);
    if (refusal !== undefined) {
      this.#context.tally.failures.add("too_many_connections");
      this.#context.tally.refusedConnections.add("token_full");
      writeFailed(connection.out, request, "too_many_connections", refusal);
      connection.close();
      return undefined;
    }
    const credentials = sessions.add(connection);
    const { id, secret } = credentials;
    const graceMs = Math.min(wantedGraceMs, limits.maxGraceMs);
    this.#context.letIn(connection, principal);
    connection.conversation = new MultiplexedSession(connection, this.#context, {
      principal,
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

  #resume(
    principal: Principal,
    request: number,
    id: string,
    secret: string,
    receivedCount: number,
  ): Connection | undefined {
    const connection = this.#connection;
    if (this.#context.keptSessions?.isAwaited(id, secret) === true) {
      writeRestored(connection.out, request);
      this.#restored = { id, secret };
      return undefined;
    }
    const resumed = this.#context.sessions.find(id, secret);
    // (A count that cannot be: a `resume` that was held up on its way, and another one has come before it. The session goes on.)
    const told = resumed?.principal?.id === principal.id ? resumed.resumeAt(receivedCount) : undefined;
    if (resumed === undefined || told === undefined) {
      writeFailed(connection.out, request, "session_lost", `there is no session '${id}' that can be resumed here`);
      connection.close();
      return undefined;
    }
    writeResumed(connection.out, request, told);
    resumed.attach(connection, receivedCount);
    return resumed;
  }

  #regain(principal: Principal, credentials: Credentials, verb: number, fields: FieldCursor): Connection | undefined {
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
    this.#context.letIn(connection, principal);
    connection.conversation = new MultiplexedSession(connection, this.#context, {
      principal,
      credentials,
      label,
      graceMs,
      regained,
    });
    return connection;
  }
}
