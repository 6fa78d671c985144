/** What somebody may do, in the workspaces that are his to see; each role may do all that the ones before it may. */
export const roles = [
  /** Look: find, list, watch the pages. A reader owns no workspace and makes none. */
  "read",
  /** Store, fetch, declare, delete, make and own workspaces. */
  "use",
  /** Also end other clients' sessions, and the server where that is allowed. */
  "admin",
] as const;
/** What somebody may do: `read` looks, `use` also stores, takes and makes, `admin` also ends others' sessions. */
export type Role = (typeof roles)[number];

export function isRole(text: unknown): text is Role {
  return roles.includes(text as Role);
}
