import { latin1, readU16, utf8OrLatin1 } from "../wire/bytes.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import { writeLogin } from "../wire/client-frames.ts";
import { failureName } from "../wire/failure-codes.ts";
import { FirstFrame } from "../wire/first-frame.ts";
import { ProtocolFault } from "../wire/protocol-fault.ts";
import { Reply, Verb } from "../wire/verbs.ts";
import type { ErrorCode } from "./error-code.ts";
import { Login } from "./login.ts";
import type { Credentials, Transport } from "./transport.ts";

export interface LineLoginUser {
  /** The server knows this client, and has shown that it does; or nothing is known by which it could. */
  loggedIn(): void;
  notLoggedIn(code: ErrorCode, reason: string, cause: unknown): void;
}

/** Logs in on a new line: nothing else is said on it before both sides have proved who they are. */
export class LineLogin {
  readonly #transport: Transport;
  readonly #user: LineLoginUser;
  #frame = new FirstFrame();
  #login: Login | undefined;
  #isProved = false;

  constructor(transport: Transport, credentials: Promise<Credentials | undefined>, user: LineLoginUser) {
    this.#transport = transport;
    this.#user = user;
    this.#attempt(async () => {
      const known = await credentials;
      if (known === undefined) {
        user.loggedIn();
      } else {
        this.#login = new Login(known.token, transport.channelBinding);
        this.#send(Verb.authenticate, this.#login.first);
      }
    });
  }

  /** Throws a ProtocolFault for what is no answer to a login. */
  received(bytes: Uint8Array): void {
    const frame = this.#frame;
    const end = frame.push(bytes);
    if (end < 0) {
      return;
    }
    this.#frame = new FirstFrame();
    const login = this.#login;
    if (frame.verb === Reply.failed && frame.end - frame.start >= 2) {
      const code = failureName(readU16(frame.bytes, frame.start)) ?? "not_authenticated";
      this.#user.notLoggedIn(code, utf8OrLatin1(frame.bytes, frame.start + 2, frame.end), undefined);
      return;
    }
    const message = latin1(frame.bytes, frame.start, frame.end);
    if (login === undefined || end < bytes.length) {
      throw new ProtocolFault("the server says something before it is asked");
    }
    if (frame.verb === Reply.challenge && !this.#isProved) {
      this.#isProved = true;
      this.#attempt(async () => this.#send(Verb.prove, await login.prove(message)));
    } else if (frame.verb === Reply.authenticated && this.#isProved) {
      this.#attempt(async () => {
        await login.check(message);
        this.#user.loggedIn();
      });
    } else {
      throw new ProtocolFault(`verb ${frame.verb} for an answer to a login`);
    }
  }

  #send(verb: typeof Verb.authenticate | typeof Verb.prove, message: string): void {
    const out = new ByteWriter(256);
    writeLogin(out, verb, message);
    const bytes = out.take();
    this.#transport.send(bytes, bytes.length);
  }

  #attempt(act: () => Promise<void>): void {
    act().catch((error: unknown) => {
      this.#user.notLoggedIn("not_authenticated", (error as Error).message, error);
    });
  }
}
