import type { NetWorkSpace } from "../../client/index.ts";
import { type FromWorker, type RemoteError, Variables } from "../messages.ts";
import type { Sealer } from "../seal.ts";

/** A worker's way to its master: the sleigh's workspace, and what makes its messages credible. */
export class Link {
  readonly ws: NetWorkSpace;
  readonly sealer: Sealer;
  readonly token: string;
  /** Given by the master; -1 before. */
  rank = -1;
  /** A variable of the sleigh was deleted: its workspace, as a rule. */
  wasDeleted = false;

  constructor(ws: NetWorkSpace, sealer: Sealer, token: string) {
    this.ws = ws;
    this.sealer = sealer;
    this.token = token;
  }

  send(message: FromWorker): Promise<void> {
    return this.ws.store(Variables.results, this.sealer.seal(Variables.results, message));
  }

  /** Says that something is wrong that belongs to no task. Never rejects. */
  async trouble(text: string, error?: RemoteError): Promise<void> {
    const { rank, token } = this;
    await this.send({ kind: "trouble", rank, token, text, error }).catch(() => undefined);
  }
}
