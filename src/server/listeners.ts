import { chmod, lstat, unlink } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";

/** Waiting connections that the system keeps before they are accepted. */
const BACKLOG = 1024;

export interface ListenOptions {
  /** It does not keep the program running. */
  readonly isBackground: boolean;
}

export interface Listener {
  /** Where it listens; `port` 0 for a Unix socket. */
  readonly address: { readonly host: string; readonly port: number };
  /** Accepts nobody any more. */
  close(): void;
}

/** Listens on a TCP port (0: a free one). Rejects when it is taken or not permitted. */
export async function listenTcp(
  host: string,
  port: number,
  accept: (socket: Socket) => void,
  options: ListenOptions,
): Promise<Listener> {
  const server = acceptor(accept, options);
  await listening(server, () => server.listen({ host, port, backlog: BACKLOG }));
  const { address, port: actualPort } = server.address() as AddressInfo;
  return { address: { host: address, port: actualPort }, close: () => server.close() };
}

/**
 * Listens on a Unix socket that only this user may use (or on a named pipe of Windows). A socket that a crashed server
 * has left is replaced; rejects when somebody listens there.
 */
export async function listenUnix(
  path: string,
  accept: (socket: Socket) => void,
  options: ListenOptions,
): Promise<Listener> {
  const server = acceptor(accept, options);
  await removeDeadSocket(path);
  await listening(server, () => {
    // Narrow from its first moment on, where the process may say so (a worker thread may not).
    const mask = changeMask(0o177);
    server.listen({ path, backlog: BACKLOG });
    if (mask !== undefined) {
      changeMask(mask);
    }
  });
  if (process.platform !== "win32") {
    await chmod(path, 0o600);
  }
  return { address: { host: path, port: 0 }, close: () => server.close() };
}

function acceptor(accept: (socket: Socket) => void, { isBackground }: ListenOptions): NetServer {
  const server = createServer(
    // A client may stop sending and still read its answers. Paused: the connection begins to read when it is there.
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
    (socket) => {
      if (isBackground) {
        socket.unref();
      }
      accept(socket);
    },
  );
  if (isBackground) {
    server.on("listening", () => server.unref());
  }
  return server;
}

async function listening(server: NetServer, start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // (From now on: out of file descriptors, for one. The listener goes on when there are some again.)
      server.on("error", () => undefined);
      resolve();
    });
    start();
  });
}

function changeMask(mask: number): number | undefined {
  try {
    return process.umask(mask);
  } catch {
    return undefined;
  }
}

async function removeDeadSocket(path: string): Promise<void> {
  let isSocket: boolean;
  try {
    isSocket = (await lstat(path)).isSocket();
  } catch {
    return;
  }
  // Anything but a socket is left alone: listening fails then.
  if (isSocket && !(await answers(path))) {
    await unlink(path);
  }
}

async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "ECONNREFUSED");
    });
  });
}
