import { createServer, type AddressInfo } from "node:net";
import { EchoReader, headBytes, TurnWriter } from "../contenders/echo-frames.ts";

/** The bare echo: every frame goes back as it came, one write a turn. */
const server = createServer({ noDelay: true }, (socket) => {
  const writer = new TurnWriter((bytes) => socket.write(bytes));
  const reader = new EchoReader((chunk, start, end) => {
    const { buffer, at } = writer.reserve(headBytes - 4 + end - start);
    chunk.copy(buffer, at, start - 4, end);
  });
  socket.on("data", (chunk) => reader.push(chunk));
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port })));
