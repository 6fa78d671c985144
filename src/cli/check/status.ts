/** What monitoring makes of a check: its exit code, as Nagios and all that came after it have them. docs/command-line.md lists them. */
export const CheckStatus = {
  ok: 0,
  /** A limit of the command line was passed. */
  warning: 1,
  /** The second limit was, or the server does not do its work: it is not there, does not answer, or refuses. */
  critical: 2,
  /** Nothing was found out: the command line is wrong, or the server does not let this command in. */
  unknown: 3,
} as const;

export type CheckStatus = (typeof CheckStatus)[keyof typeof CheckStatus];

export type StatusName = keyof typeof CheckStatus;

export function nameOf(status: CheckStatus): StatusName {
  return (Object.keys(CheckStatus) as StatusName[]).find((name) => CheckStatus[name] === status)!;
}
