/** The public door of the client in browsers: over a WebSocket, and without any module of Node. */
export * from "./portable.ts";
export { NetWorkSpace, NwsServer, type ServerOptions, type WorkspaceOptions } from "./browser-work-space.ts";
export type { WebSocketConstructor, WebSocketLike } from "./web-socket-dialer.ts";
