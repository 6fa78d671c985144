import type { ListenFds } from "../../host/index.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";

/** The first descriptor that is handed down: behind standard input, output and error. */
const FIRST_FD = 3;

const CLIENTS = "nws";
const WEB = "nws-web";

/**
 * Sockets that whoever has started this process opened for it (socket activation: LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, as systemd has it).
 * Named `nws` are those for clients, `nws-web` the one of the web interface; where there are no such names, the first is for clients, the second
 * for the web interface. The variables are taken out of the environment. Undefined: there are none.
 */
export function handedDownSockets(environment: NodeJS.ProcessEnv = process.env): ListenFds | undefined {
  const { LISTEN_FDS: countText = "", LISTEN_PID: pid = "", LISTEN_FDNAMES: nameText = "" } = environment;
  for (const name of ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]) {
    Reflect.deleteProperty(environment, name);
  }
  const count = /^\d{1,4}$/.test(countText) ? Number(countText) : 0;
  // (They are somebody else's when we only inherited the variables.)
  if (count === 0 || pid !== String(process.pid)) {
    return undefined;
  }
  const names = nameText.split(":");
  const fds = Array.from({ length: count }, (_, at) => ({ fd: FIRST_FD + at, name: names[at] ?? "" }));
  const isNamed = fds.some(({ name }) => name === CLIENTS || name === WEB);
  const clients = isNamed ? fds.filter(({ name }) => name === CLIENTS) : fds.slice(0, 1);
  const web = isNamed ? fds.filter(({ name }) => name === WEB) : fds.slice(1, 2);
  const strange = fds.filter((each) => !clients.includes(each) && !web.includes(each));
  if (strange.length > 0 || web.length > 1) {
    const all = fds.map(({ fd, name }) => `${fd} (${name === "" ? "no name" : name})`).join(", ");
    throw new CommandFailure(
      ExitCode.usage,
      `it is not clear what the sockets are for that were handed down as ${all}: name those for clients ${CLIENTS}, and one ${WEB} (FileDescriptorName=)`,
    );
  }
  return { clients: clients.map(({ fd }) => fd), web: web[0]?.fd };
}
