import { NwsError, type NwsServer } from "../../client/index.ts";
import { connect } from "../connect.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import type { ServerChoice } from "../options.ts";
import { MOST_ROWS, type Query, rankKeyOf, type Row, type Sample } from "./sample.ts";

/** Where samples come from: a session with the server, a new one when that has ended. */
export class Source implements AsyncDisposable {
  readonly #choice: ServerChoice;
  #server: NwsServer | undefined;

  constructor(choice: ServerChoice) {
    this.#choice = choice;
  }

  /** One look at the server. Rejects as its operations do; the next one tries anew. */
  async look(query: Query): Promise<Sample> {
    // (What is shown must be of now: a session that waits for its connection to come back would only keep that waiting.)
    const server = (this.#server ??= await connect(this.#choice, { reconnect: false }));
    try {
      const { view, workspace, sort, filter } = query;
      const most = MOST_ROWS;
      const [info, ranking] = await Promise.all([
        server.info(),
        server.rank(view, { by: rankKeyOf(sort), most, filter, ...(workspace !== undefined && { workspace }) }),
      ]);
      const rows = ranking.rows.map((row) => ({ view, ...row }) as Row);
      return { query, info, ranking: { ...ranking, rows } };
    } catch (error) {
      if (server.session.failure !== undefined) {
        this.#server = undefined;
        await server.close();
      }
      if (error instanceof NwsError && error.code === "unknown_verb") {
        throw new CommandFailure(ExitCode.failed, "this server is too old to be watched; 'nws info' works", {
          cause: error,
        });
      }
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
  }
}
