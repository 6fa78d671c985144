import type { ByteWriter } from "../wire/byte-writer.ts";
import { DurabilityNumber, OpenFlag, Verb } from "../wire/verbs.ts";
import type { Durability } from "./durability.ts";
import type { Exchange } from "./exchange.ts";
import { writeName } from "./name-bytes.ts";
import type { NumberedVariable, WorkspaceHandle } from "./names.ts";
import { Expect } from "./pending.ts";

/** Asks to open the workspace of a handle. `flags`: of `OpenFlag`, but for those that announce a field. The answer is the handle's, too: nobody has to look at it. */
export function openHandle(
  exchange: Exchange,
  handle: WorkspaceHandle,
  flags: number,
  durability?: Durability,
  idleTimeoutMs?: number,
): Promise<void> {
  const answer = exchange.begin("open", Expect.opened, handle, undefined);
  const { writer } = exchange.connection;
  writer.beginFrame(exchange.last.request, Verb.open);
  writer.u32(handle.number);
  const hasDurability = durability === undefined ? 0 : OpenFlag.durability;
  writer.u8(flags | hasDurability | (idleTimeoutMs === undefined ? 0 : OpenFlag.idleTimeout));
  const at = writer.length;
  writer.u16(0);
  writeName(writer, handle.name);
  const nameBytes = writer.length - at - 2;
  writer.bytes[at] = nameBytes >>> 8;
  writer.bytes[at + 1] = nameBytes;
  if (durability !== undefined) {
    writer.u8(DurabilityNumber[durability]);
  }
  if (idleTimeoutMs !== undefined) {
    writer.u64(idleTimeoutMs === Infinity ? 0 : idleTimeoutMs);
  }
  writer.endFrame();
  exchange.connection.wake();
  answer.catch(() => undefined);
  return answer;
}

/** Says which number a variable goes by from now on. */
export function writeNameOf(writer: ByteWriter, { number, handle, name }: NumberedVariable): void {
  writer.beginFrame(0, Verb.name);
  writer.u32(number);
  writer.u32(handle.number);
  writeName(writer, name);
  writer.endFrame();
}
