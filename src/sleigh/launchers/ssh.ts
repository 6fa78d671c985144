import { fromElsewhere, fromHere, isLoopback, isThisMachine } from "./addresses.ts";
import type { LaunchCommand, Launcher, WorkerToLaunch } from "./launcher.ts";
import { shellLine } from "./quoting.ts";

/** How workers are started with `ssh`. */
export interface SshOptions {
  /** The program. Default: `ssh`. */
  readonly command?: string;
  /** The port of the ssh server. Default: what ssh's own configuration says. */
  readonly port?: number;
  /** More options for ssh, as `["-i", "key"]`. They come first, so they win over those given here. Default: none. */
  readonly options?: readonly string[];
  /**
   * Whether workers connect through a tunnel back to this machine. `auto`: when the server's host is a loopback address, which
   * no other machine could reach, and nothing else is said (`nwsHostRemote`). Default: `auto`.
   */
  readonly forward?: boolean | "auto";
}

/** What ssh prints (at level INFO) when the far side has chosen the port of a tunnel. */
const ALLOCATED = /Allocated port (\d+) for remote forward/;

/**
 * Workers on other machines, over ssh. It must get in without asking (keys, an agent): nobody can answer for many workers at once.
 * The key of the sleigh travels through ssh to the worker's standard input.
 */
export function ssh(ssh: SshOptions = {}): Launcher {
  return (node, worker) => {
    const { forward = "auto" } = ssh;
    const tunnel = forward === "auto" ? needsTunnel(node, worker) : forward;
    return tunnel ? withTunnel(node, worker, ssh) : direct(node, worker, ssh);
  };
}

function direct(node: string, worker: WorkerToLaunch, ssh: SshOptions): LaunchCommand {
  return { command: ssh.command ?? "ssh", args: [...sshArguments(node, worker, ssh, []), shellLine(worker.command())] };
}

/** A port on the node that leads back to the server. Unless `nwsPortRemote` names one, the node chooses one that is free. */
function withTunnel(node: string, worker: WorkerToLaunch, ssh: SshOptions): LaunchCommand {
  const { nwsHostRemote = "localhost", nwsPortRemote = 0 } = worker.options;
  const { host, port } = fromHere(worker.server);
  const target = host.includes(":") ? `[${host}]` : host;
  const args = sshArguments(node, worker, ssh, [
    // A connection shared with others would keep the tunnel when this command ends.
    ...["-o", "ControlMaster=no", "-o", "ControlPath=none"],
    ...["-o", "ExitOnForwardFailure=yes", "-o", "LogLevel=INFO"],
    ...["-R", `localhost:${nwsPortRemote}:${target}:${port}`],
  ]);
  const command = worker.command({ host: nwsHostRemote, port: nwsPortRemote });
  return {
    command: ssh.command ?? "ssh",
    args: [...args, shellLine(command)],
    ...(nwsPortRemote === 0 && { portPattern: ALLOCATED }),
  };
}

function sshArguments(node: string, worker: WorkerToLaunch, ssh: SshOptions, more: readonly string[]): string[] {
  const { user } = worker.options;
  return [
    ...(ssh.options ?? []),
    // No terminal, no X11, no questions.
    ...["-T", "-x", "-o", "BatchMode=yes"],
    ...more,
    ...(ssh.port === undefined ? [] : ["-p", String(ssh.port)]),
    ...(user === undefined ? [] : ["-l", user]),
    ...["--", node],
  ];
}

function needsTunnel(node: string, worker: WorkerToLaunch): boolean {
  return (
    worker.options.nwsHostRemote === undefined && !isThisMachine(node) && isLoopback(fromElsewhere(worker.server).host)
  );
}
