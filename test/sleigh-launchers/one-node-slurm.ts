import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./sshd.ts";

/** Why the tests with a real Slurm cannot run here; `undefined` when they can. */
export function whyNoSlurm(): string | undefined {
  const folders = `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin`.split(delimiter);
  const missing = ["slurmctld", "slurmd", "srun"].find(
    (name) => !folders.some((folder) => existsSync(join(folder, name))),
  );
  if (missing !== undefined) {
    return `there is no ${missing} (Debian: apt-get install slurm-wlm)`;
  }
  return process.getuid?.() === 0 ? undefined : "its daemons must run as root here";
}

const START_MS = 20_000;

/** A cluster that is this machine: both daemons on ports of their own, with a configuration in a temporary folder. */
export class OneNodeSlurm implements AsyncDisposable {
  /** What its commands need in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #daemons: readonly ChildProcess[];

  private constructor(folder: string, env: Readonly<Record<string, string>>, daemons: readonly ChildProcess[]) {
    this.#folder = folder;
    this.env = env;
    this.#daemons = daemons;
  }

  static async start(): Promise<OneNodeSlurm> {
    const folder = mkdtempSync(join(tmpdir(), "nws-slurm-"));
    const node = hostname().split(".")[0]!;
    const path = (name: string): string => join(folder, name);
    mkdirSync(path("state"));
    mkdirSync(path("spool"));
    const config = {
      ClusterName: "test",
      SlurmctldHost: `${node}(127.0.0.1)`,
      SlurmctldPort: await freePort(),
      SlurmdPort: await freePort(),
      AuthType: "auth/none",
      CredType: "cred/none",
      SlurmUser: "root",
      SlurmdUser: "root",
      StateSaveLocation: path("state"),
      SlurmdSpoolDir: path("spool"),
      SlurmctldPidFile: path("ctld.pid"),
      SlurmdPidFile: path("d.pid"),
      ProctrackType: "proctrack/linuxproc",
      TaskPlugin: "task/none",
      ReturnToService: 2,
      SlurmdParameters: "config_overrides",
      SelectType: "select/cons_tres",
      SelectTypeParameters: "CR_CPU",
      KillWait: 1,
      JobAcctGatherType: "jobacct_gather/none",
      AccountingStorageType: "accounting_storage/none",
      MpiDefault: "none",
    };
    const lines = [
      ...Object.entries(config).map(([name, value]) => `${name}=${value}`),
      // More processors than there are: the tests do not compute.
      `NodeName=${node} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN`,
      `PartitionName=main Nodes=${node} Default=YES MaxTime=INFINITE State=UP`,
    ];
    writeFileSync(path("slurm.conf"), `${lines.join("\n")}\n`);
    const env = { SLURM_CONF: path("slurm.conf"), PATH: `${process.env["PATH"] ?? ""}${delimiter}/usr/sbin` };
    let said = "";
    const daemons = ["slurmctld -D -c", "slurmd -D"].map((line) => {
      const [command, ...args] = line.split(" ");
      const daemon = spawn(command!, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
      daemon.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      return daemon;
    });
    const slurm = new OneNodeSlurm(folder, env, daemons);
    const deadline = Date.now() + START_MS;
    while (!slurm.run("sinfo", ["--noheader", "--format=%t"]).startsWith("idle")) {
      if (Date.now() > deadline || daemons.some(({ exitCode }) => exitCode !== null)) {
        daemons.forEach((daemon) => daemon.kill());
        throw new Error(`Slurm does not run: ${slurm.run("sinfo", ["--long"])}${said}`);
      }
      await delay(50);
    }
    return slurm;
  }

  /** Runs one of its commands; empty when that fails. */
  run(command: string, args: readonly string[]): string {
    const { stdout } = spawnSync(command, args, { env: { ...process.env, ...this.env }, encoding: "utf8" });
    return stdout;
  }

  /** A job without a program of its own, for steps; its number. */
  allocate(tasks: number): string {
    const args = ["--no-shell", `--ntasks=${tasks}`];
    const { stderr } = spawnSync("salloc", args, { env: { ...process.env, ...this.env }, encoding: "utf8" });
    const [, job] = /Granted job allocation (\d+)/.exec(stderr) ?? [];
    if (job === undefined) {
      throw new Error(`salloc: ${stderr}`);
    }
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.run("scancel", ["--user=root", "--full"]);
    while (this.run("squeue", ["--noheader"]) !== "") {
      await delay(50);
    }
    for (const daemon of this.#daemons) {
      const ended = once(daemon, "exit");
      daemon.kill();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
