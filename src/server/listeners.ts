import { chmod, lstat, readFile, readlink, unlink } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";

/** Waiting connections that the system keeps before they are accepted. */
const BACKLOG = 1024;

export interface ListenOptions {
  /** It does not keep the program running. */
  readonly isBackground: boolean;
}

/** Where somebody listens: an address and a port, or the path of a Unix socket and 0. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly address: ListenAddress;
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

/** What those may do who are neither the owner of a socket nor in its group. */
const OTHERS_MODE = 0o007;

/**
 * Listens on a socket that was opened by whoever has started this process, TCP or Unix. Rejects when the descriptor is no such socket, and when
 * everybody on this machine may open it.
 */
export async function listenFd(
  fd: number,
  accept: { readonly tcp: (socket: Socket) => void; readonly unix: (socket: Socket) => void },
  options: ListenOptions,
): Promise<Listener> {
  // (The listener tells of which kind it is: a socket that was accepted has no address either when it was reset meanwhile.)
  let way = (socket: Socket): void => void socket.destroy();
  const server = acceptor((socket) => way(socket), options);
  await listening(server, () => server.listen({ fd })).catch((error: unknown) => {
    throw new Error(`file descriptor ${fd} is no socket to listen on: ${(error as Error).message}`, { cause: error });
  });
  const address = server.address();
  const close = (): void => void server.close();
  if (address !== null && typeof address === "object") {
    way = accept.tcp;
    return { address: { host: address.address, port: address.port }, close };
  }
  const path = await pathOfSocket(fd);
  if (await isOpenToOthers(path)) {
    close();
    throw new Error(
      `everybody on this machine may open the socket ${path ?? fd}, and would be taken for this user: ` +
        "whoever makes it must keep others out (SocketMode=0600, or 0660 for a group)",
    );
  }
  way = accept.unix;
  return { address: { host: path ?? "", port: 0 }, close };
}

/** Of a Unix socket that somebody else has opened: Node does not tell, Linux does. Undefined: it has none that can be known. */
async function pathOfSocket(fd: number): Promise<string | undefined> {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/self/fd/${fd}`)) ?? [];
    const lines = (await readFile("/proc/net/unix", "utf8")).split("\n").map((line) => line.split(" "));
    // (Num RefCount Protocol Flags Type St Inode Path)
    const fields = lines.map((line) => line.filter((field) => field !== "")).find((line) => line[6] === inode);
    return fields?.slice(7).join(" ");
  } catch {
    return undefined;
  }
}

/** One without a path, or with an abstract one, has no permissions at all. */
async function isOpenToOthers(path: string | undefined): Promise<boolean> {
  const mode = await lstat(path ?? "").then(
    (stats) => stats.mode,
    () => OTHERS_MODE,
  );
  return (mode & OTHERS_MODE) !== 0;
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
