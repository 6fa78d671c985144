import type { Launcher } from "./launcher.ts";
import { ssh, type SshOptions } from "./ssh.ts";

/**
 * As `ssh`, and the workers' connections come back through it, so that the nodes need not reach the server by themselves and the
 * values are encrypted. Whoever is logged in on a node can reach the server by the tunnel too.
 */
export function sshForward(options: Omit<SshOptions, "forward"> = {}): Launcher {
  return ssh({ ...options, forward: true });
}
