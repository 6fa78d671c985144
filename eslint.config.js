import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * The layers, from the top down: a folder may import from the folders named here and from itself, nothing else.
 * The picture is in CONTRIBUTING.md; an arrow that points up is a design error, not a lint nuisance.
 */
const layers = {
  cli: ["host", "sleigh", "client", "codec"],
  sleigh: ["client", "codec"],
  host: ["web", "server", "log"],
  web: ["server", "codec"],
  client: ["wire", "codec"],
  server: ["space", "wire", "blobs", "log"],
  blobs: [],
  log: [],
  codec: [],
  wire: [],
  space: [],
};

/** These run in a browser too: no module of Node's own. */
const portable = ["space", "wire", "codec"];

const layerRules = Object.entries(layers).map(([folder, below]) => {
  const forbidden = Object.keys(layers).filter((other) => other !== folder && !below.includes(other));
  const patterns = [
    {
      group: forbidden.map((other) => `**/${other}/**`),
      message: `src/${folder}/ may import only from: ${[...below, "itself"].join(", ")}.`,
    },
    ...(portable.includes(folder)
      ? [{ group: ["node:*"], message: `src/${folder}/ also runs in a browser: no Node module.` }]
      : []),
  ];
  return { files: [`src/${folder}/**/*.ts`], rules: { "no-restricted-imports": ["error", { patterns }] } };
});

/** The pages stand on the API's types and on the codec; everything else they know comes over the network. */
const pagesRule = {
  files: ["ui/**/*.{ts,tsx}"],
  ignores: ["ui/vite.config.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            group: [
              ...Object.keys(layers)
                .filter((folder) => folder !== "codec")
                .map((folder) => `**/src/${folder}/**`),
              "!**/src/web/api.ts",
              "!**/src/sleigh/monitor.ts",
            ],
            message:
              "ui/ may import only from: src/codec, the types in src/web/api.ts and src/sleigh/monitor.ts, itself.",
          },
          { group: ["node:*"], message: "ui/ runs in a browser: no Node module." },
        ],
      },
    ],
    // What a program stored or named is text and never markup.
    "no-restricted-syntax": [
      "error",
      { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Nothing goes into a page unescaped." },
      {
        selector: "MemberExpression[property.name=/^(inner|outer)HTML$/]",
        message: "Nothing goes into a page unescaped.",
      },
    ],
  },
};

export default defineConfig(
  globalIgnores(["dist/", "site/", ".bench/", ".fuzz/", "test/shipping/fixtures/"]),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      // `noUncheckedIndexedAccess` makes typed-array reads `number | undefined`; where an index is known to be in range, `!` says so.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "no-console": "error",
      curly: "error",
      eqeqeq: "error",
    },
  },
  {
    // Functions are the data here: they are looked at, taken apart and put together again.
    files: ["src/sleigh/shipping/**", "test/shipping/**"],
    rules: {
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  // Plain JavaScript (this file, scripts) is not part of the TypeScript project.
  { files: ["**/*.js", "**/*.mjs", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["ui/**/*.{ts,tsx}"], ...reactHooks.configs.flat.recommended },
  pagesRule,
  ...layerRules,
  // The one file of the layer that reaches further down: it starts a server for a sleigh.
  { files: ["src/sleigh/embedded-server.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["src/cli/**", "examples/**", "bench/**", "scripts/**", "test/**/fixtures/**", "test/**/programs/**"],
    rules: { "no-console": "off" },
  },
);
