/**
 * The other side does not speak the protocol: its bytes can no longer be cut into messages. The connection is to be
 * closed; nothing else is affected.
 */
export class ProtocolFault extends Error {
  override readonly name: string = "ProtocolFault";
}
