import type { Mail } from "../messages.ts";

/** What every worker has been told and a new one must catch up on, in order. */
export class ReplayLog {
  readonly #entries: { readonly mail: Mail; readonly rank: number | undefined }[] = [];

  /** `rank`: it concerns only that worker. */
  add(mail: Mail, rank?: number): void {
    this.#entries.push({ mail, rank });
  }

  for(rank: number): Mail[] {
    return this.#entries.filter((entry) => entry.rank === undefined || entry.rank === rank).map(({ mail }) => mail);
  }
}
