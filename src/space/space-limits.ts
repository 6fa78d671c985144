/** How much a space takes. It may be changed while it works: each is looked at when something comes that it concerns. */
export interface SpaceLimits {
  /** Most requests that wait, of all sessions together. */
  readonly maxWaiting: number;
  /** Most bytes of values (with what it takes to keep them) in memory. */
  readonly maxMemoryBytes: number;
  readonly maxWorkspaces: number;
  /** Of all workspaces together. */
  readonly maxVariables: number;
  /** The longest that a workspace stays which is not persistent, and that nobody has open, in milliseconds. */
  readonly maxIdleMs: number;
}
