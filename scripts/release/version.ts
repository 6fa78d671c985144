/** What `npm run release` is asked for: a step, or a version. */
export const steps = ["major", "minor", "patch"] as const;

const VERSION = /^(\d+)\.(\d+)\.(\d+)(?:-[0-9A-Za-z.-]+)?$/;

/** The version that comes next. Throws a sentence for what is none, and for one that is not newer. */
export function nextVersion(current: string, wanted: string): string {
  const now = VERSION.exec(current)?.slice(1, 4).map(Number);
  if (now === undefined) {
    throw new Error(`the version in package.json, '${current}', is none`);
  }
  const [major = 0, minor = 0, patch = 0] = now;
  switch (wanted) {
    case "major":
      return `${major + 1}.0.0`;
    case "minor":
      return `${major}.${minor + 1}.0`;
    case "patch":
      return `${major}.${minor}.${patch + 1}`;
  }
  const next = VERSION.exec(wanted)?.slice(1, 4).map(Number);
  if (next === undefined) {
    throw new Error(`'${wanted}' is no version: ${steps.join(", ")}, or one like 1.2.3`);
  }
  const difference = next.map((part, i) => part - now[i]!).find((each) => each !== 0) ?? 0;
  // Before its first release a project has the version that it will be released as.
  if (difference < 0) {
    throw new Error(`${wanted} is older than ${current}`);
  }
  return wanted;
}
