import type { Static } from "typebox";
import type * as schemas from "./schemas.ts";

/*
 * The JSON API of the web interface, for the server and for the pages (ui/):
 *
 *   POST   /api/login                            NewLogin           Me               and a cookie
 *   POST   /api/logout                                              Done
 *   GET    /api/me                                                  Me
 *   GET    /api/server                                              ServerInfo
 *   GET    /api/server/history                                      HistoryPoint[]
 *   GET    /api/workspaces?WorkspacesQuery                          Page<WorkspaceInfo>
 *   POST   /api/workspaces                       NewWorkspace       WorkspaceInfo
 *   GET    /api/workspaces/W                                        WorkspaceInfo
 *   DELETE /api/workspaces/W                                        Done
 *   GET    /api/workspaces/W/variables?ListQuery                    Page<VariableInfo>
 *   POST   /api/workspaces/W/variables           NewVariable        VariableInfo     declares it
 *   GET    /api/workspaces/W/variables/V                            VariableDetail
 *   DELETE /api/workspaces/W/variables/V                            Done
 *   POST   /api/workspaces/W/variables/V/clear                      Cleared          takes all free values away
 *   POST   /api/workspaces/W/variables/V/take                       Taken            fetchTry; 413 when it is too large
 *   GET    /api/workspaces/W/variables/V/values?ValuesQuery         ValuePage        free values, by index
 *   POST   /api/workspaces/W/variables/V/values  NewValue           Done             stores it
 *   GET    /api/workspaces/W/variables/V/values/INDEX               its bytes; ?as=download for a file
 *   GET    /api/workspaces/W/variables/V/values/INDEX/text          ValueText        by the language's babelfish
 *   GET    /api/clients?ListQuery                                   Page<ClientInfo>
 *   GET    /api/clients/ID                                          ClientInfo
 *   DELETE /api/clients/ID                                          Done             ends its session
 *
 * W and V are `id`s as the answers have them. A failure is answered with a status of 4xx or 5xx and a Problem: 401 to whom nobody knows, 403 to
 * who may not do it. What somebody may not see is not there for him.
 *
 * Every GET but that of /api/me that answers with JSON can be watched on the WebSocket /api/feed: the page sends WatchRequest, and gets a FeedMessage at once
 * and again whenever the answer has changed, a few times a second at most.
 */

export type Named = Static<typeof schemas.name>;
export type ListQuery = Static<typeof schemas.listQuery>;
export type WorkspacesQuery = Static<typeof schemas.workspacesQuery>;
export type WorkspaceInfo = Static<typeof schemas.workspaceInfo>;
export type VariableMode = Static<typeof schemas.variableMode>;
export type VariableInfo = Static<typeof schemas.variableInfo>;
export type VariableDetail = Static<typeof schemas.variableDetail>;
export type Waiter = Static<typeof schemas.waiter>;
export type Verb = Static<typeof schemas.verb>;
export type ValuesQuery = Static<typeof schemas.valuesQuery>;
export type ValueInfo = Static<typeof schemas.valueInfo>;
export type ValuePage = Static<typeof schemas.valuePage>;
export type ValueText = Static<typeof schemas.valueText>;
export type NewWorkspace = Static<typeof schemas.newWorkspace>;
export type NewVariable = Static<typeof schemas.newVariable>;
export type NewValue = Static<typeof schemas.newValue>;
export type Taken = Static<typeof schemas.taken>;
export type Cleared = Static<typeof schemas.cleared>;
export type Done = Static<typeof schemas.done>;
export type ClientInfo = Static<typeof schemas.clientInfo>;
export type HistoryPoint = Static<typeof schemas.historyPoint>;
export type NewLogin = Static<typeof schemas.newLogin>;
export type Me = Static<typeof schemas.me>;
export type ServerInfo = Static<typeof schemas.serverInfo>;
export type Problem = Static<typeof schemas.problem>;

/** With this code the feed closes the connection of a page whose login has ended. */
export const LOGIN_ENDED = 4401;

export interface Page<T> {
  /** How many there are with this search. */
  total: number;
  offset: number;
  items: T[];
}

/** `watch`: a number that the page chooses. `path`: of a GET, with its query. */
export type WatchRequest = { readonly watch: number; readonly path: string } | { readonly unwatch: number };

export interface FeedMessage {
  readonly watch: number;
  readonly status: number;
  /** What the GET would answer now. */
  readonly body: unknown;
}
