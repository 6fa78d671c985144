/**
 * Licences under which a part may be used by, and shipped with, a program under Apache-2.0: they ask for their notice to be
 * kept and for nothing else. One that is missing here is a question to be asked before the package is added.
 */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
]);

/** Whether an SPDX expression, as package.json has it, leaves a way that is allowed. */
export function isAllowed(expression: string): boolean {
  const text = expression.trim().replace(/^\((.*)\)$/, "$1");
  if (text.includes(" OR ")) {
    return text.split(" OR ").some(isAllowed);
  }
  if (text.includes(" AND ")) {
    return text.split(" AND ").every(isAllowed);
  }
  return allowed.has(text);
}
