import { readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { EchoReader, headBytes, TurnWriter } from "../contenders/echo-frames.ts";

/** The bare echo: every frame goes back as it came, one write a turn. With a certificate and its key as arguments: over TLS. */
const [cert, key] = process.argv.slice(2);

function answer(socket: Socket): void {
  const writer = new TurnWriter((bytes) => socket.write(bytes));
  const reader = new EchoReader((chunk, start, end) => {
    const { buffer, at } = writer.reserve(headBytes - 4 + end - start);
    chunk.copy(buffer, at, start - 4, end);
  });
  socket.on("data", (chunk) => reader.push(chunk));
  socket.on("error", () => socket.destroy());
}

const server =
  cert === undefined || key === undefined
    ? createServer({ noDelay: true }, answer)
    : createTlsServer({ noDelay: true, cert: readFileSync(cert), key: readFileSync(key) }, answer);
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));
