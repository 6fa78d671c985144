import { execFileSync } from "node:child_process";

/** The git repository that is released from. */
export class Repository {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  git(...args: readonly string[]): string {
    return execFileSync("git", args, {
      cwd: this.#folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }).trim();
  }

  /** Why nothing can be released as it is now; one sentence each. */
  problems(tag: string): readonly string[] {
    const problems: string[] = [];
    const branch = this.git("rev-parse", "--abbrev-ref", "HEAD");
    if (branch !== "main") {
      problems.push(`this is branch '${branch}'; releases are made of 'main'`);
    }
    if (this.git("status", "--porcelain") !== "") {
      problems.push("there are changes that are not committed");
    }
    if (this.git("tag", "--list", tag) !== "") {
      problems.push(`there is a tag ${tag} already`);
    }
    if (this.git("remote") === "") {
      problems.push("there is no remote to push to: git remote add origin …");
      return problems;
    }
    this.git("fetch", "--quiet", "origin");
    if (this.git("rev-parse", "HEAD") !== this.git("rev-parse", "origin/main")) {
      problems.push("'main' is not what 'origin' has: pull, or push, and wait for its tests");
    }
    return problems;
  }
}
