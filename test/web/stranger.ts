import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

/** The user `nobody`, as a rule. */
const UID = 65_534;

/**
 * A relay between TCP ports of this machine, as another user: what comes through it comes from him. (Python, because the folders of this package may be
 * closed to others. What it imports later could not be read any more.)
 */
const program = `
import encodings.idna, os, socket, sys, threading
def pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    for each in (source, sink):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
def serve(near):
    try:
        far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    except OSError:
        near.close()
        return
    threading.Thread(target=pump, args=(near, far), daemon=True).start()
    pump(far, near)
    near.close()
    far.close()
os.setgroups([])
os.setgid(${UID})
os.setuid(${UID})
listener = socket.create_server(("127.0.0.1", 0), backlog=128)
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
`;

/** Whether this can be: only the superuser may become somebody else, and the system must tell whose a connection is. */
export const canBeStranger =
  process.platform === "linux" &&
  process.getuid?.() === 0 &&
  spawnSync("python3", ["-c", "import encodings.idna, socket, threading"]).status === 0;

if (!canBeStranger) {
  process.stderr.write("the tests with another user of the machine do not run: they need Linux, root and python3\n");
}

/** A port through which everybody comes to another one as a stranger. */
export class StrangersPort implements Disposable {
  readonly port: number;
  readonly #stop: () => void;

  private constructor(port: number, stop: () => void) {
    this.port = port;
    this.#stop = stop;
  }

  static async to(port: number): Promise<StrangersPort> {
    const relay = spawn("python3", ["-c", program, String(port)], { stdio: ["ignore", "pipe", "inherit"], cwd: "/" });
    const [line] = (await once(relay.stdout, "data")) as [Buffer];
    return new StrangersPort(Number(line.toString()), () => relay.kill());
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
