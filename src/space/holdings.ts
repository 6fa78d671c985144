import type { Agenda } from "./agenda.ts";
import { Expiries, EXPIRY_BYTES } from "./expiries.ts";
import type { FileValue } from "./receiver.ts";
import type { Snapshot } from "./snapshot.ts";
import { VALUE_OVERHEAD_BYTES } from "./value-table.ts";
import type { Variable } from "./variable.ts";
import type { Offer } from "./waiters.ts";
import { type Workspace, WORKSPACE_OVERHEAD_BYTES } from "./workspace.ts";
import type { SpaceLimits } from "./space-limits.ts";

/** What an empty variable costs, for the limit on memory. */
export const VARIABLE_OVERHEAD_BYTES = 512;

/** What goes with a value costs its bytes and so much, for the limit on memory. */
const METADATA_OVERHEAD_BYTES = 64;

/** What it costs; 0 where there is none. */
export function metadataBytes(metadata: string | undefined): number {
  return metadata === undefined ? 0 : metadata.length + METADATA_OVERHEAD_BYTES;
}

/** The same of all that goes with a variable's values. */
export function allMetadataBytes({ metadata }: Variable): number {
  let sum = 0;
  for (const each of metadata?.values() ?? []) {
    sum += metadataBytes(each);
  }
  return sum;
}

/** Puts values into variables and takes them out for good, and keeps the books: bytes in memory and in files. */
export class Holdings {
  memoryBytes = 0;
  fileBytes = 0;
  variableCount = 0;
  /** What somebody reads, with files that have to stay until that is over. */
  snapshot: Snapshot | undefined;
  /** Variables in which there may be room now for the first store that waits: `Intake.admit` looks at them when a request is done. */
  readonly roomy = new Set<Variable>();
  readonly agenda: Agenda;
  readonly #limits: Pick<SpaceLimits, "maxMemoryBytes">;
  readonly #dropFile: (file: FileValue) => void;

  constructor(agenda: Agenda, limits: Pick<SpaceLimits, "maxMemoryBytes">, dropFile: (file: FileValue) => void) {
    this.agenda = agenda;
    this.#limits = limits;
    this.#dropFile = dropFile;
  }

  hasRoomFor(bytes: number): boolean {
    return this.memoryBytes + bytes <= this.#limits.maxMemoryBytes;
  }

  dropFile(file: FileValue): void {
    if (this.snapshot?.postpones(file) !== true) {
      this.#dropFile(file);
    }
  }

  releaseSnapshot(): void {
    const files = this.snapshot?.release() ?? [];
    this.snapshot = undefined;
    files.forEach(this.#dropFile);
  }

  addWorkspace(): void {
    this.memoryBytes += WORKSPACE_OVERHEAD_BYTES;
  }

  addVariable(variable: Variable): void {
    variable.workspace.addVariable(variable);
    this.variableCount++;
    this.#charge(variable.workspace, VARIABLE_OVERHEAD_BYTES, 0);
    const { journal, keptId } = variable.workspace;
    journal?.variableMade(variable.id, keptId, variable.name);
  }

  put(variable: Variable, index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    variable.table.put(index, descriptor, bytes, start, end);
    variable.countStored();
    this.#charge(variable.workspace, end - start + VALUE_OVERHEAD_BYTES, 0);
    variable.workspace.journal?.put(variable.id, index, descriptor, bytes, start, end);
  }

  putFile(variable: Variable, index: number, descriptor: number, file: FileValue): void {
    variable.table.putFile(index, descriptor, file);
    variable.countStored();
    variable.workspace.attended.add(variable);
    this.#charge(variable.workspace, VALUE_OVERHEAD_BYTES, file.length);
    variable.workspace.journal?.putFile(variable.id, index, descriptor, file);
  }

  /** The value that was just put expires at this time. */
  setExpiry(variable: Variable, index: number, at: number): void {
    variable.expiries ??= new Expiries(variable);
    variable.workspace.attended.add(variable);
    const { expiries } = variable;
    const earliest = expiries.at;
    expiries.set(index, at);
    if (at < earliest) {
      this.agenda.put(expiries);
    }
    this.#charge(variable.workspace, EXPIRY_BYTES, 0);
    variable.workspace.journal?.expirySet(variable.id, index, at);
  }

  /** Something goes with the value that was just put. (The journal has none of it: it is not there any more after a restart.) */
  setMetadata(variable: Variable, index: number, metadata: string): void {
    (variable.metadata ??= new Map()).set(index, metadata);
    this.#charge(variable.workspace, metadataBytes(metadata), 0);
  }

  /** Keeps room for a store that waits. */
  reserve({ workspace }: Variable, { memoryBytes, fileBytes }: Offer): void {
    this.#charge(workspace, memoryBytes, fileBytes);
  }

  /** The store waits no more. */
  unreserve({ workspace }: Variable, { memoryBytes, fileBytes }: Offer): void {
    this.#charge(workspace, -memoryBytes, -fileBytes);
  }

  /** The value is gone for good: confirmed, replaced, expired or without a place. */
  remove(variable: Variable, index: number): void {
    const { table, order } = variable;
    const length = table.lengthOf(index);
    const file = table.remove(index);
    variable.workspace.valueCount--;
    // (While a space is restored the orders are not there yet.)
    order?.gone(index, variable.hasIndex);
    variable.forget(index);
    variable.workspace.journal?.gone(variable.id, index);
    if (variable.expiries !== undefined) {
      this.#forgetExpiry(variable, variable.expiries, index);
    }
    if (variable.metadata !== undefined) {
      this.#forgetMetadata(variable, variable.metadata, index);
    }
    if (variable.storers.size > 0) {
      this.roomy.add(variable);
    }
    if (file === undefined) {
      this.#charge(variable.workspace, -length - VALUE_OVERHEAD_BYTES, 0);
    } else {
      this.#charge(variable.workspace, -VALUE_OVERHEAD_BYTES, -length);
      this.dropFile(file);
      this.forgetIfUnattended(variable);
    }
  }

  /** Precondition: nobody waits for the variable any more. */
  removeVariable(variable: Variable): void {
    const { table, workspace } = variable;
    workspace.journal?.variableDeleted(variable.id);
    const expiryBytes = this.#forgetAllExpiries(variable) + allMetadataBytes(variable);
    variable.metadata = undefined;
    this.#dropFiles(variable);
    workspace.removeVariable(variable);
    workspace.attended.delete(variable);
    workspace.valueCount -= table.count;
    workspace.bookedCount -= variable.bookedCount;
    variable.markDeleted();
    this.variableCount--;
    this.#charge(workspace, -table.memoryBytes - VARIABLE_OVERHEAD_BYTES - expiryBytes, -table.fileBytes);
  }

  /** In time that does not depend on its values and variables. Precondition: nobody waits in it any more. */
  removeWorkspace(workspace: Workspace): void {
    workspace.journal?.workspaceDropped(workspace.keptId);
    workspace.journal = undefined;
    for (const variable of workspace.attended) {
      this.#forgetAllExpiries(variable);
      this.#dropFiles(variable);
    }
    if (workspace.idleEnd !== undefined) {
      this.agenda.remove(workspace.idleEnd);
    }
    this.variableCount -= workspace.variables.size;
    this.memoryBytes -= workspace.memoryBytes + WORKSPACE_OVERHEAD_BYTES;
    this.fileBytes -= workspace.fileBytes;
    workspace.markDeleted();
  }

  forgetIfUnattended(variable: Variable): void {
    if (!variable.isAttended) {
      variable.workspace.attended.delete(variable);
    }
  }

  #forgetMetadata(variable: Variable, metadata: Map<number, string>, index: number): void {
    const gone = metadata.get(index);
    if (gone !== undefined) {
      metadata.delete(index);
      this.#charge(variable.workspace, -metadataBytes(gone), 0);
      if (metadata.size === 0) {
        variable.metadata = undefined;
      }
    }
  }

  #forgetExpiry(variable: Variable, expiries: Expiries, index: number): void {
    if (expiries.delete(index)) {
      this.#charge(variable.workspace, -EXPIRY_BYTES, 0);
      if (expiries.count === 0) {
        this.agenda.remove(expiries);
        variable.expiries = undefined;
        this.forgetIfUnattended(variable);
      }
    }
  }

  /** Returns the bytes that they took. */
  #forgetAllExpiries(variable: Variable): number {
    const { expiries } = variable;
    if (expiries === undefined) {
      return 0;
    }
    this.agenda.remove(expiries);
    variable.expiries = undefined;
    return expiries.count * EXPIRY_BYTES;
  }

  #dropFiles(variable: Variable): void {
    for (const file of variable.table.files()) {
      this.dropFile(file);
    }
  }

  #charge(workspace: Workspace, memory: number, file: number): void {
    workspace.memoryBytes += memory;
    workspace.fileBytes += file;
    this.memoryBytes += memory;
    this.fileBytes += file;
  }
}
