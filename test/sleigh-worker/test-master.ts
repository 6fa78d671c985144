import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { decode, encode } from "../../src/codec/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import {
  CALL_CHUNK,
  type FromWorker,
  type JobSpec,
  type JoinMessage,
  type Mail,
  newToken,
  type Packed,
  type ResultMessage,
  type TaskMessage,
  Variables,
  type WelcomeMessage,
} from "../../src/sleigh/messages.ts";
import { Sealer } from "../../src/sleigh/seal.ts";
import { Worker } from "../../src/sleigh/worker/worker.ts";
import type { WorkerOptions } from "../../src/sleigh/worker/worker-options.ts";

export const HEARTBEAT_MS = 50;

export type SpecChanges = Partial<Omit<JobSpec, "job" | "fixed">> & { readonly fixed?: readonly unknown[] };

/** What a test says about a chunk; the rest has defaults. */
export interface ChunkToSend {
  readonly job: number;
  readonly chunk?: number;
  readonly columns: readonly (readonly unknown[])[];
  readonly first?: number;
  readonly numbers?: readonly number[];
  readonly rows?: boolean;
}

/** A master that does just what a test tells it, on a real server of its own. */
export class TestMaster implements AsyncDisposable {
  readonly server: RunningServer;
  readonly connection: NwsServer;
  readonly ws: NetWorkSpace;
  readonly user: NetWorkSpace;
  readonly key = Sealer.newKey();
  readonly sealer: Sealer;
  /** All that came but output, in order. */
  readonly heard: FromWorker[] = [];
  readonly workers: Worker[] = [];
  #specs = new Map<number, Uint8Array>();
  #listeners: (() => void)[] = [];

  private constructor(server: RunningServer, connection: NwsServer, names: readonly [string, string]) {
    this.server = server;
    this.connection = connection;
    this.ws = new NetWorkSpace(names[0], { server: connection });
    this.user = new NetWorkSpace(names[1], { server: connection });
    this.sealer = new Sealer(this.key, names[0]);
    void this.#listen();
  }

  static async start(): Promise<TestMaster> {
    const server = await startServer({ port: 0 });
    const connection = new NwsServer({ serverHost: server.host, serverPort: server.port });
    const names = await Promise.all([connection.mktempWs("ride_%04d"), connection.mktempWs("user_%04d")]);
    return new TestMaster(server, connection, names);
  }

  /** Options for a worker of this sleigh. */
  get options(): WorkerOptions {
    const { host, port } = this.server;
    return { sleigh: this.ws.name, host, port, key: this.key, version: "0.0.0", token: newToken() };
  }

  /** Starts a worker in this process and lets it join. */
  async worker(options: Partial<WorkerOptions> = {}, welcome: Partial<WelcomeMessage> = {}): Promise<Worker> {
    const worker = new Worker({ ...this.options, ...options });
    this.workers.push(worker);
    await this.admit(welcome);
    return worker;
  }

  /** Answers the next worker that joins. */
  async admit(welcome: Partial<WelcomeMessage> = {}): Promise<JoinMessage> {
    const join = this.sealer.open<JoinMessage>(Variables.join, await this.ws.fetch<Uint8Array>(Variables.join));
    const message: WelcomeMessage = {
      kind: "welcome",
      refused: undefined,
      rank: join.rank ?? 0,
      workerCount: 1,
      sleigh: this.ws.name,
      userWs: this.user.name,
      heartbeatMs: HEARTBEAT_MS,
      replay: [],
      cancelled: [],
      ...welcome,
    };
    const variable = Variables.welcome(join.token);
    await this.ws.store(variable, this.sealer.seal(variable, message));
    return join;
  }

  mail(token: string, mail: Mail): Promise<void> {
    const variable = Variables.mail(token);
    return this.ws.store(variable, this.sealer.seal(variable, mail));
  }

  /** Says what a job is; chunks and calls name it by its number. */
  define(job: number, code: JobSpec["code"], changes: SpecChanges = {}): Uint8Array {
    const { fixed = [], ...others } = changes;
    const spec: JobSpec = {
      job,
      code,
      fixed: plain(fixed),
      permute: undefined,
      timeoutMs: undefined,
      graceMs: 200,
      retries: 0,
      retryDelayMs: 0,
      isAnnounced: false,
      seed: undefined,
      freshModules: false,
      trace: undefined,
      nested: false,
      ...others,
    };
    const bytes = encode(spec).bytes;
    this.#specs.set(job, bytes);
    return bytes;
  }

  /** The same for an expression. */
  expression(job: number, source: string, changes?: SpecChanges): Uint8Array {
    return this.define(job, { type: "eval", source }, changes);
  }

  async send(...chunks: readonly ChunkToSend[]): Promise<void> {
    await this.ws.storeAll(
      Variables.tasks,
      chunks.map((chunk) => this.sealer.seal(Variables.tasks, this.#taskMessage(chunk))),
    );
  }

  call(token: string, job: number): Promise<void> {
    return this.mail(token, { kind: "call", job, spec: this.#specs.get(job)! });
  }

  /** The result of a chunk, when it has come. */
  async result(job: number, chunk = 0): Promise<ResultMessage> {
    const message = await this.next(
      (each) => each.kind === "result" && each.job === job && each.chunk === chunk,
      `result of ${job}/${chunk}`,
    );
    return message as ResultMessage;
  }

  callResult(job: number): Promise<ResultMessage> {
    return this.result(job, CALL_CHUNK);
  }

  /** The first message for which `matches` holds, whether it has come or will. */
  async next(matches: (message: FromWorker) => boolean, what: string): Promise<FromWorker> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const found = this.heard.find(matches);
      if (found !== undefined) {
        return found;
      }
      if (Date.now() > deadline) {
        throw new Error(`did not come: ${what}; heard ${JSON.stringify(this.heard)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#listeners.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** All that was printed until now. */
  get output(): string {
    return this.heard.map((each) => (each.kind === "output" ? each.text : "")).join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    for (const worker of this.workers) {
      await worker.ended;
      await worker.endThread(5000);
    }
    await this.server.stop();
  }

  #taskMessage(send: ChunkToSend): TaskMessage {
    const { job, chunk = 0, columns, first = 0, numbers, rows = false } = send;
    return {
      kind: "tasks",
      job,
      chunk,
      spec: this.#specs.get(job)!,
      first,
      count: rows ? columns.length : columns[0]!.length,
      numbers,
      args: plain(columns),
      layout: rows ? "rows" : "columns",
    };
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        for (const sealed of await this.ws.fetchMany<Uint8Array>(Variables.results)) {
          this.heard.push(this.sealer.open<FromWorker>(Variables.results, sealed));
        }
        this.#listeners.splice(0).forEach((tell) => tell());
      }
    } catch {
      // The master is being closed.
    }
  }
}

/** Data needs no packing. */
export function plain(value: unknown): Packed {
  return { value, parts: [], inline: [] };
}

/** The results in a message. */
export function valuesOf(result: ResultMessage): unknown {
  return result.values.value;
}

/** What a value is after its way over the wire. */
export function travelled(value: unknown): unknown {
  const { descriptor, bytes } = encode(value);
  return decode(descriptor, bytes);
}
