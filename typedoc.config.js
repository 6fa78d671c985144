import { codeCounts } from "./scripts/site/plugin.js";

/** The site: the pages of docs/ and, from the doors' docstrings, the reference of the API. `npm run docs` makes it. */
export default {
  plugin: ["./scripts/site/plugin.js"],
  entryPoints: ["src/client/index.ts", "src/sleigh/index.ts", "src/host/index.ts", "src/client/browser.ts"],
  tsconfig: "scripts/site/tsconfig.json",
  skipErrorChecking: true, // `npm run types` does that.
  projectDocuments: ["docs/**/*.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"],
  readme: "README.md",
  name: "NetWorkSpaces",
  out: "site",
  customCss: "scripts/site/site.css",
  markdownItLoader: codeCounts,
  router: "files",
  theme: "pages-first",
  navigation: { includeFolders: false, includeGroups: true, includeCategories: false },
  headings: { readme: false, document: false },
  highlightLanguages: [
    "bash",
    "css",
    "docker",
    "html",
    "ini",
    "javascript",
    "json",
    "python",
    "r",
    "toml",
    "typescript",
    "yaml",
  ],
  // What is written for people of this repository, and what comes from the system's own types.
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  disableSources: true,
  hideGenerator: true,
  githubPages: false,
  sort: ["kind", "alphabetical"],
  // A broken link, or an export that nobody has described, fails. (Types that are exported by no door help others to be written.)
  validation: { notExported: false, invalidLink: true, notDocumented: true, rewrittenLink: true },
  requiredToBeDocumented: ["Class", "Interface", "Function", "Variable", "TypeAlias", "Method", "Accessor"],
  treatWarningsAsErrors: true,
};
