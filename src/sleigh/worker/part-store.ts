import { createHash } from "node:crypto";
import type { PartMessage } from "../messages.ts";
import { Variables } from "../messages.ts";
import type { Link } from "./link.ts";

/**
 * Gets the parts of what is shipped, each once for each worker, and hands them to the task thread before what needs them. Parts that
 * hold job specifications are kept here as well.
 */
export class PartStore {
  readonly #link: Link;
  readonly #handOver: (parts: readonly PartMessage[]) => void;
  readonly #there = new Set<string>();

  constructor(link: Link, handOver: (parts: readonly PartMessage[]) => void) {
    this.#link = link;
    this.#handOver = handOver;
  }

  has(hash: string): boolean {
    return this.#there.has(hash);
  }

  hasAll(hashes: readonly string[]): boolean {
    return hashes.every((hash) => this.#there.has(hash));
  }

  /** Resolves when the task thread has been sent all of them. */
  async need(hashes: readonly string[]): Promise<void> {
    const missing = [...new Set(hashes)].filter((hash) => !this.#there.has(hash));
    const parts = await Promise.all(missing.map((hash) => this.#fetch(hash)));
    if (parts.length > 0) {
      for (const { hash } of parts) {
        this.#there.add(hash);
      }
      this.#handOver(parts);
    }
  }

  /** The bytes of a part that this thread needs as well. */
  async bytes(hash: string): Promise<Uint8Array> {
    const part = await this.#fetch(hash);
    if (!this.#there.has(hash)) {
      this.#there.add(hash);
      this.#handOver([part]);
    }
    return part.bytes;
  }

  async #fetch(hash: string): Promise<PartMessage> {
    const { ws, sealer } = this.#link;
    const variable = Variables.part(hash);
    const part = sealer.open<PartMessage>(variable, await ws.find<Uint8Array>(variable), { again: true });
    const found = createHash("sha256").update(part.bytes).digest("hex");
    if (part.hash !== hash || !found.startsWith(hash)) {
      throw new Error(`part ${hash} of what was shipped is damaged`);
    }
    return part;
  }
}
