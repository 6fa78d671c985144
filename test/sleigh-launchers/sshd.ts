import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const SSHD = ["/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"].find((path) => existsSync(path));

/** Why the tests with a real ssh server cannot run here; `undefined` when they can. */
export function whyNoSshd(): string | undefined {
  if (SSHD === undefined) {
    return "there is no sshd (Debian: apt-get install openssh-server)";
  }
  return spawnSync("ssh", ["-V"]).error === undefined ? undefined : "there is no ssh (Debian: openssh-client)";
}

/** An ssh server of the test's own: loopback, its own port, keys and configuration; for this user. */
export class Sshd implements AsyncDisposable {
  readonly port: number;
  /** What the ssh client needs to get in, and to know nothing of the user's own configuration. */
  readonly options: readonly string[];
  readonly #folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
    const settings = [
      "HostName=127.0.0.1",
      "HostKeyAlias=test",
      `UserKnownHostsFile=${join(folder, "known_hosts")}`,
      "StrictHostKeyChecking=yes",
      "IdentitiesOnly=yes",
    ];
    this.options = ["-F", "/dev/null", "-i", join(folder, "user"), ...settings.flatMap((setting) => ["-o", setting])];
  }

  /** `env`: of what is run there. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<Sshd> {
    const folder = mkdtempSync(join(tmpdir(), "nws-sshd-"));
    const path = (name: string): string => join(folder, name);
    for (const name of ["host", "user"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
    }
    writeFileSync(path("known_hosts"), `test ${readFileSync(path("host.pub"), "utf8")}`);
    if (userInfo().uid === 0) {
      mkdirSync("/run/sshd", { recursive: true, mode: 0o755 }); // where it locks itself up
    }
    const port = await freePort();
    const config = [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${path("host")}`,
      `AuthorizedKeysFile ${path("user.pub")}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "PasswordAuthentication no",
      "MaxStartups 100",
      // (Only the first SetEnv counts.)
      ...(Object.keys(env).length === 0
        ? []
        : [
            `SetEnv ${Object.entries(env)
              .map(([name, value]) => `${name}="${value}"`)
              .join(" ")}`,
          ]),
    ];
    writeFileSync(path("config"), `${config.join("\n")}\n`);
    const child = spawn(SSHD!, ["-D", "-e", "-f", path("config")], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    while (!said.includes("Server listening")) {
      if (child.exitCode !== null) {
        throw new Error(`sshd ended: ${said}`);
      }
      await delay(10);
    }
    return new Sshd(port, folder, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
