/** What all sessions that one token has let in may do together. What is not said has no limit but the server's own. */
export interface TokenLimits {
  /** Connections at a time (`too_many_connections`). */
  readonly maxConnections?: number;
  /** Over it, all are slowed; nothing is refused. So with the next. */
  readonly maxOperationsPerSecond?: number;
  readonly maxBytesPerSecond?: number;
  /** Operations that wait for a value (`too_many_waiting`). */
  readonly maxWaiting?: number;
  /** Workspaces that are open, each counted for each session that has it open (`quota_exceeded`). */
  readonly maxWorkspaces?: number;
}

/** The names of these limits, as in the list of who may use a server. */
export const tokenLimitNames = [
  "maxConnections",
  "maxOperationsPerSecond",
  "maxBytesPerSecond",
  "maxWaiting",
  "maxWorkspaces",
] as const satisfies readonly (keyof TokenLimits)[];
