import { Door, type TakenValue } from "../server/door.ts";
import type { ClientView } from "../server/client-view.ts";
import type { Server } from "../server/server.ts";
import { textOf } from "./show/names.ts";
import type { Visitor } from "./visitors/visitors.ts";

/** So many values are taken away in one go; others come in between. */
const CLEARED_AT_ONCE = 5000;

/** All that a visitor changes: in a session of his own, which sees what he may see, and with a note for the audit log. */
export class Actor {
  readonly #server: Server;
  readonly #visitor: Visitor;

  constructor(server: Server, visitor: Visitor) {
    this.#server = server;
    this.#visitor = visitor;
  }

  // These throw a DoorError with what the space refuses.

  create(workspace: string): void {
    this.#inDoor((door) => door.create(workspace));
    this.#note("make workspace", shown({ workspace }));
  }

  deleteWs(workspace: string): void {
    this.#inDoor((door) => door.deleteWs(workspace));
    this.#note("delete workspace", shown({ workspace }));
  }

  declare(workspace: string, variable: string, mode: string, limits: Parameters<Door["declare"]>[3]): void {
    this.#inDoor((door) => door.declare(workspace, variable, mode, limits));
    this.#note("declare variable", shown({ workspace, variable, mode }));
  }

  deleteVar(workspace: string, variable: string): void {
    this.#inDoor((door) => door.deleteVar(workspace, variable));
    this.#note("delete variable", shown({ workspace, variable }));
  }

  store(workspace: string, variable: string, descriptor: number, bytes: Uint8Array): void {
    this.#inDoor((door) => door.store(workspace, variable, descriptor, bytes));
    this.#note("store value", shown({ workspace, variable }));
  }

  /** As `Door.take`. */
  take(workspace: string, variable: string, check: (value: TakenValue) => void): TakenValue | undefined {
    const value = this.#inDoor((door) => door.take(workspace, variable, check));
    if (value !== undefined) {
      this.#note("take value", shown({ workspace, variable }));
    }
    return value;
  }

  /** Takes at most so many values away, as long as there are some and `goesOn`. Returns how many. */
  async clear(workspace: string, variable: string, most: number, goesOn: () => boolean): Promise<number> {
    let values = 0;
    try {
      while (values < most && goesOn()) {
        const wanted = Math.min(CLEARED_AT_ONCE, most - values);
        const taken = this.#inDoor((door) => takeAway(door, workspace, variable, wanted));
        values += taken;
        if (taken < wanted) {
          break;
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      if (values > 0) {
        this.#note("clear variable", { ...shown({ workspace, variable }), values: String(values) });
      }
    }
    return values;
  }

  disconnect(client: ClientView): void {
    client.disconnect();
    const { id, peer, user } = client;
    this.#note("disconnect client", { client: id, peer, user });
  }

  #inDoor<T>(act: (door: Door) => T): T {
    const { principal } = this.#visitor;
    const door = new Door(this.#server.space, "web interface", (workspace) => principal.sees(workspace));
    try {
      return act(door);
    } finally {
      door.close();
    }
  }

  #note(act: string, on: Readonly<Record<string, string>>): void {
    const { principal, from } = this.#visitor;
    this.#server.audit.note({ who: principal, from, act, on });
  }
}

function takeAway(door: Door, workspace: string, variable: string, most: number): number {
  let values = 0;
  while (values < most && door.take(workspace, variable) !== undefined) {
    values++;
  }
  return values;
}

function shown(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([what, name]) => [what, textOf(name)]));
}
