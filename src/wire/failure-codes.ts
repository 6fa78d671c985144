/**
 * Every way in which a server refuses a request or ends a wait. `number` travels in the multiplexed `failed` frame and
 * never changes its meaning; `status` is the answer on the classic protocol. docs/errors.md has the sentences.
 */
export const failureCodes = {
  no_such_workspace: { number: 1, status: 100 },
  workspace_not_open: { number: 2, status: 2001 },
  workspace_not_deletable: { number: 3, status: 1 },
  no_such_variable: { number: 4, status: 1 },
  variable_deleted: { number: 5, status: 1 },
  mode_conflict: { number: 6, status: 1 },
  bad_mode: { number: 7, status: 1 },
  bad_name: { number: 8, status: 1 },
  bad_template: { number: 9, status: 1 },
  iterator_ended: { number: 10, status: 1 },
  not_iterable: { number: 11, status: 1 },
  lease_lost: { number: 12, status: 1 },
  cancelled: { number: 13, status: 1 },
  timed_out: { number: 14, status: 1 },
  value_too_large: { number: 15, status: 1 },
  name_too_long: { number: 16, status: 1 },
  too_many_arguments: { number: 17, status: 1 },
  too_many_connections: { number: 18, status: 1 },
  too_many_waiting: { number: 19, status: 1 },
  too_many_numbers: { number: 20, status: 1 },
  memory_full: { number: 21, status: 1 },
  disk_full: { number: 22, status: 1 },
  bad_arguments: { number: 23, status: 1 },
  unknown_verb: { number: 24, status: 1 },
  not_permitted: { number: 25, status: 1 },
  shutting_down: { number: 26, status: 1 },
  internal: { number: 27, status: 2000 },
  session_lost: { number: 28, status: 1 },
  storage_failed: { number: 29, status: 1 },
  not_authenticated: { number: 30, status: 1 },
  variable_full: { number: 33, status: 1 },
  too_many_workspaces: { number: 34, status: 1 },
  too_many_variables: { number: 35, status: 1 },
  quota_exceeded: { number: 40, status: 1 },
} as const satisfies Record<string, { readonly number: number; readonly status: number }>;

export type FailureName = keyof typeof failureCodes;

const nameOf = new Map<number, FailureName>();
for (const [name, { number }] of Object.entries(failureCodes)) {
  nameOf.set(number, name as FailureName);
}

/** The name of a failure's number; `undefined` for a number that a newer server may have sent. */
export function failureName(number: number): FailureName | undefined {
  return nameOf.get(number);
}
