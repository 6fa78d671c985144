import { arch, hostname, platform, release } from "node:os";
import { NetWorkSpace, NoSuchWorkspaceError, NwsServer } from "../../client/index.ts";
import { type JoinMessage, type Mail, Variables, type WelcomeMessage, workerWorkspace } from "../messages.ts";
import { SealError, Sealer } from "../seal.ts";
import { WorkerExit } from "./exit-code.ts";
import { Link } from "./link.ts";
import { Mailbox } from "./mailbox.ts";
import { OutputRelay } from "./output-relay.ts";
import { PartStore } from "./part-store.ts";
import { describeThrown } from "./task-error.ts";
import { TaskThreadHandle } from "./task-thread-handle.ts";
import type { FromTaskThread } from "./thread-messages.ts";
import { Work } from "./work.ts";
import { reconnectFor } from "./worker-reconnect.ts";
import { setUp, type WorkerOptions, type WorkerSetup } from "./worker-options.ts";

/** For the task that runs when the worker is told to end by a signal. */
const SIGNAL_GRACE_MS = 1000;
/** For results on their way, when the worker ends for a reason of its own. */
const LAST_RESULTS_MS = 2000;
/** When no work comes, the task thread is started this long after the welcome: sooner, it would keep other workers from joining. */
const IDLE_MS = 100;

export interface WorkerEnd {
  /** For its process: one of `WorkerExit`, or what a task chose. */
  readonly exitCode: number;
  /** A sentence. */
  readonly reason: string;
}

/**
 * A worker, as its session thread sees it: it joins a sleigh, works, and ends with it. The tasks run in a thread of their own, so that
 * this one always answers.
 */
export class Worker {
  /** Resolves when the worker has ended, but for the task thread. Never rejects. */
  readonly ended: Promise<WorkerEnd>;
  readonly #options: WorkerOptions;
  readonly #setup: WorkerSetup;
  readonly #server: NwsServer;
  readonly #own: NetWorkSpace;
  readonly #link: Link;
  readonly #relay: OutputRelay;
  readonly #thread: TaskThreadHandle;
  readonly #mailbox: Mailbox;
  readonly #work: Work;
  #beat: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isEnding = false;
  #resolve!: (end: WorkerEnd) => void;

  /** Begins to join at once. Throws when an option can never work. */
  constructor(options: WorkerOptions) {
    const setup = setUp(options);
    const { sleigh, host, port, serverToken, tls, key, durability } = options;
    const { token } = setup;
    this.#options = options;
    this.#setup = setup;
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    const sealer = new Sealer(key, sleigh);
    this.#server = new NwsServer({
      serverHost: host,
      serverPort: port,
      token: serverToken,
      tls: tls ?? false,
      label: `sleigh-worker:${process.pid}`,
      reconnect: reconnectFor(durability),
    });
    // Before the master can look for it.
    this.#own = new NetWorkSpace(workerWorkspace(sleigh, token), { server: this.#server, durability });
    const ws = new NetWorkSpace(sleigh, { server: this.#server, useUse: true, create: false });
    const link = new Link(ws, sealer, token);
    this.#link = link;
    this.#relay = new OutputRelay({ link, redirect: setup.redirectOutput, logFile: setup.logFile });
    const { modulePath } = setup;
    this.#thread = new TaskThreadHandle(
      { key, serverToken, token, sleigh, host, port, tls, durability, modulePath },
      {
        message: (message) => this.#heard(message),
        result: (slot, elapsedMs, envelope) => this.#work.result(slot, elapsedMs, envelope),
        ended: (code, error) => void this.#threadEnded(code, error),
      },
    );
    const parts = new PartStore(link, (list) => this.#thread.post({ kind: "parts", parts: list }));
    const lost = (error: unknown): void => void this.#lost(error);
    this.#mailbox = new Mailbox(link, { arrived: (mail) => this.#receive(mail), ended: lost });
    this.#work = new Work({
      link,
      mailbox: this.#mailbox,
      thread: this.#thread,
      parts,
      relay: this.#relay,
      overrun: () => void this.#end(WorkerExit.replaced, "a task did not stop when it was told to"),
      lost,
    });
    this.#join().catch((error: unknown) => this.#cannotJoin(error));
    options.signal?.addEventListener("abort", () => void this.#stop(SIGNAL_GRACE_MS), { once: true });
  }

  /** Ends the task thread. False: it cannot be ended, and with it this process, but by force. */
  endThread(withinMs: number): Promise<boolean> {
    return this.#thread.end(withinMs);
  }

  async #join(): Promise<void> {
    const { sealer, ws, token } = this.#link;
    const { version, rank, say } = this.#options;
    // What needs no answer before it goes in one write: with all workers at once each round trip counts.
    const [session] = await Promise.all([
      this.#server.identity(),
      ws.opened(),
      this.#own.declare(Variables.beat, "single"),
    ]);
    const join: JoinMessage = {
      kind: "join",
      token,
      rank,
      host: hostname(),
      pid: process.pid,
      version,
      runtime: `node ${process.version}`,
      os: `${platform()} ${arch()} ${release()}`,
      logFile: this.#setup.logFile,
      session,
    };
    const joined = ws.store(Variables.join, sealer.seal(Variables.join, join));
    const [welcome] = await Promise.all([this.#welcome(), joined]);
    if (welcome.refused !== undefined) {
      await this.#end(WorkerExit.failed, `the master refused this worker: ${welcome.refused}`);
      return;
    }
    this.#link.rank = welcome.rank;
    say?.(`worker ${welcome.rank} of ${welcome.workerCount} has joined '${welcome.sleigh}'`);
    this.#begin(welcome);
  }

  /** The master's answer; others that somebody stored do not count. */
  async #welcome(): Promise<WelcomeMessage> {
    const { sealer, ws, token } = this.#link;
    const variable = Variables.welcome(token);
    for (;;) {
      const sealed = await ws.fetch<Uint8Array>(variable);
      try {
        return sealer.open<WelcomeMessage>(variable, sealed);
      } catch (error) {
        if (!(error instanceof SealError)) {
          throw error;
        }
        this.#options.say?.(error.message);
      }
    }
  }

  #begin({ rank, workerCount, userWs, heartbeatMs, replay, cancelled }: WelcomeMessage): void {
    let beats = 0;
    const beat = (): void => void this.#own.store(Variables.beat, ++beats).catch(() => undefined);
    beat();
    this.#beat = setInterval(beat, heartbeatMs);
    this.#thread.post({ kind: "begin", rank, workerCount, userWs });
    this.#idle = setTimeout(() => this.#thread.start(), IDLE_MS);
    this.#work.cancelled(cancelled);
    for (const mail of replay) {
      this.#receive(mail, true);
    }
    this.#mailbox.start();
    this.#work.start();
  }

  #receive(mail: Mail, isReplay = false): void {
    switch (mail.kind) {
      case "call":
        this.#work.call(mail, isReplay);
        break;
      case "export":
      case "unexport":
        this.#work.export(mail);
        break;
      case "cancel":
        this.#work.cancel(mail);
        break;
      case "verdict":
        this.#work.verdict(mail);
        break;
      case "count":
        this.#thread.post({ kind: "count", workerCount: mail.workerCount });
        break;
      case "stop":
        void this.#stop(mail.graceMs);
        break;
      default:
        mail satisfies never;
    }
  }

  #heard(message: Exclude<FromTaskThread, { readonly kind: "results" | "done" }>): void {
    switch (message.kind) {
      case "output":
        this.#relay.write(message.stream, message.text);
        break;
      case "trouble":
        void this.#link.trouble(message.text, message.error);
        break;
      default:
        this.#work.heard(message);
    }
  }

  async #stop(graceMs: number): Promise<void> {
    if (!this.#isEnding) {
      this.#mailbox.stop();
      await this.#work.stop(graceMs);
      await this.#end(WorkerExit.done, "it was told to");
    }
  }

  /** The task thread ended by itself: it ran out of memory, or a task called `process.exit`. */
  async #threadEnded(code: number, error: Error | undefined): Promise<void> {
    if (this.#isEnding) {
      return;
    }
    if (error === undefined) {
      await this.#end(code, `a task ended the process with code ${code}`);
      return;
    }
    const text = `the thread that runs tasks ended: ${error.message}`;
    this.#relay.write("stderr", `${text}\n`);
    await this.#link.trouble(text, describeThrown(error));
    await this.#end(WorkerExit.taskThreadLost, text);
  }

  /** Nothing can be sent any more, or nobody is there to read it. */
  async #lost(error: unknown): Promise<void> {
    // A server that ends with its master may break the connection before it says that the workspace is gone.
    const isMasterGone = error instanceof NoSuchWorkspaceError || this.#link.wasDeleted;
    await this.#end(
      isMasterGone ? WorkerExit.done : WorkerExit.serverLost,
      isMasterGone ? "the sleigh has ended" : sentenceOf(error),
    );
  }

  #cannotJoin(error: unknown): Promise<void> {
    const { sleigh } = this.#options;
    const sentence =
      error instanceof NoSuchWorkspaceError
        ? `there is no sleigh '${sleigh}' on ${this.#server.address}`
        : sentenceOf(error);
    return this.#end(WorkerExit.failed, sentence);
  }

  async #end(exitCode: number, why: string): Promise<void> {
    if (this.#isEnding) {
      return;
    }
    this.#isEnding = true;
    clearInterval(this.#beat);
    clearTimeout(this.#idle);
    this.#mailbox.stop();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_RESULTS_MS)));
    await Promise.race([this.#settle(), tooLate]);
    clearTimeout(timer);
    this.#resolve({ exitCode, reason: `the worker has ended: ${why}` });
  }

  async #settle(): Promise<void> {
    await this.#relay.close();
    await this.#work.sent();
    this.#work.close();
    await this.#server.close();
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
