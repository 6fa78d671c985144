import type { FailureCode } from "./failure.ts";
import type { Session } from "./session.ts";

export function fail(session: Session, request: number, code: FailureCode, message: string): void {
  session.receiver.failed(request, code, message);
}

/** Tabs and newlines would break listings. */
export function isGoodName(name: string): boolean {
  return name.length > 0 && !/[\t\n\0]/.test(name);
}

export function badName(kind: string, name: string): string {
  return name === ""
    ? `a ${kind} needs a name that is not empty`
    : `the name of a ${kind} must not hold a tab, newline or NUL`;
}

export function notHeld(kind: "booking" | "lease", number: number): string {
  return `${kind} ${number} is not held (any more)`;
}

/** (Whether there is one of this name is not said.) */
export function notYours(name: string): string {
  return `workspace '${name}' is not among those that this session may use`;
}

export function notOpen(name: string): string {
  return `workspace '${name}' was not opened or used by this session; open it first`;
}
