const UNRELEASED = /^## Unreleased[ \t]*$/m;

/** The changelog with its section "Unreleased" named and dated. Throws a sentence when there is none, or nothing in it. */
export function datedChangelog(text: string, version: string, day: string): string {
  const heading = UNRELEASED.exec(text);
  if (heading === null) {
    throw new Error(
      'CHANGELOG.md has no section "## Unreleased": write there what changes for those who use the package',
    );
  }
  const body = text.slice(heading.index + heading[0].length);
  const end = /^## /m.exec(body)?.index ?? body.length;
  if (body.slice(0, end).trim() === "") {
    throw new Error('the section "Unreleased" of CHANGELOG.md is empty: write there what changes');
  }
  return text.replace(UNRELEASED, `## ${version} (${day})`);
}
