import { findSourceMap, SourceMap, type SourceMapPayload } from "node:module";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { FilePart } from "../pack/graph.ts";
import { partOf, type Part } from "../pack/hash.ts";
import { isConstant } from "../parse/scope.ts";
import { ParsedScript, type Position } from "../parse/script.ts";
import type { Inspector, Location, ScriptSource } from "../inspector.ts";

/** Who wrote a script: the user, a package under `node_modules`, or Node itself. */
export type Author = "user" | "package" | "node";

/** A script that functions are captured from. */
export class Script {
  readonly source: ScriptSource;
  /** A file URL wherever there is a file. */
  readonly url: string;
  /** Names this instance of the file: its URL, with a number when the file was loaded several times. */
  readonly key: string;
  readonly author: Author;
  readonly parsed: ParsedScript;
  /** Whether what its variables hold was given names. */
  isIdentified = false;
  #part: Part | undefined;
  #sourceMap: SourceMap | null | undefined;

  constructor(source: ScriptSource, url: string, key: string) {
    this.source = source;
    this.url = url;
    this.key = key;
    this.author = authorOf(url);
    this.parsed = new ParsedScript(source.text, source.isModule);
  }

  /** What a worker is told about the file. */
  get part(): Part {
    if (this.#part === undefined) {
      const { key, url, parsed } = this;
      const names = parsed.variables.filter((each) => !isConstant(each)).map(({ name }) => name);
      this.#part = partOf({ key, url, names } satisfies FilePart);
    }
    return this.#part;
  }

  /** A location of V8's as a position in the script's text. */
  inText({ line, column }: Location): Position {
    const { startLine, startColumn } = this.source;
    return { line: line - startLine, column: line === startLine ? column - startColumn : column };
  }

  /** A position in the text as V8, and so a stack trace, shows it. */
  inFile({ line, column }: Position): Position {
    const { startLine, startColumn } = this.source;
    return { line: line + startLine, column: line === 0 ? column + startColumn : column };
  }

  /** `file.ts:12`, in what the user wrote if there is a source map. */
  placeOf(offset: number): string {
    const position = this.inFile(this.parsed.positionOf(offset));
    const original = this.original(position);
    return `${nameOf(original.url)}:${original.line + 1}`;
  }

  /** Where a position of the running code is in what the user wrote. */
  original(position: Position): Position & { readonly url: string } {
    const entry = this.#map()?.findEntry(position.line, position.column);
    return entry !== undefined && "originalLine" in entry
      ? { url: entry.originalSource, line: entry.originalLine, column: entry.originalColumn }
      : { url: this.url, ...position };
  }

  /** Whether what runs is not what the user wrote. */
  get hasMap(): boolean {
    return this.#map() !== undefined;
  }

  #map(): SourceMap | undefined {
    if (this.#sourceMap === undefined) {
      const path = this.url.startsWith("file:") ? fileURLToPath(this.url) : this.url;
      this.#sourceMap = findSourceMap(path) ?? findSourceMap(this.url) ?? inlineMap(this.source.text) ?? null;
    }
    return this.#sourceMap ?? undefined;
  }
}

/** The scripts of this process, by V8's number. */
export class Scripts {
  readonly #inspector: Inspector;
  readonly #byId = new Map<string, Script>();
  readonly #instances = new Map<string, number>();

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** Throws acorn's SyntaxError when the script has syntax that acorn does not know. */
  get(id: string): Script {
    return this.#byId.get(id) ?? this.#add(this.#inspector.script(id));
  }

  /** A file that is loaded already; undefined for others. */
  byUrl(url: string): Script | undefined {
    const source = this.#inspector.loadedScript(url) ?? this.#inspector.loadedScript(fileURLToPath(url));
    return source === undefined ? undefined : this.get(source.id);
  }

  /** A stack trace of code that came from here, with the places that the user knows. */
  mapStack(stack: string): string {
    return stack.replace(
      /((?:file:\/\/)?\/[^\s():]+):(\d+):(\d+)/g,
      (text, file: string, line: string, column: string) => {
        const script = this.byUrl(asUrl(file));
        if (!script?.hasMap) {
          return text;
        }
        const original = script.original({ line: Number(line) - 1, column: Number(column) - 1 });
        return `${original.url}:${original.line + 1}:${original.column + 1}`;
      },
    );
  }

  #add(source: ScriptSource): Script {
    const url = source.url === "" ? `eval:${source.id}` : asUrl(source.url);
    const count = (this.#instances.get(url) ?? 0) + 1;
    this.#instances.set(url, count);
    const script = new Script(source, url, count === 1 ? url : `${url}#${count}`);
    this.#byId.set(source.id, script);
    return script;
  }
}

/** Whether a script or module belongs to the user, to a package or to Node. */
export function authorOf(url: string): Author {
  if (url.startsWith("node:")) {
    return "node";
  }
  return url.includes("/node_modules/") ? "package" : "user";
}

/** Loaders name scripts by URL or by path. */
function asUrl(name: string): string {
  return /^[a-z][a-z\d+.-]+:/i.test(name) ? name : pathToFileURL(name).href;
}

function nameOf(url: string): string {
  return basename(url.replace(/[?#].*$/, ""));
}

function inlineMap(text: string): SourceMap | undefined {
  const comment = /\/\/[#@] sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/.exec(text);
  if (comment === null) {
    return undefined;
  }
  try {
    return new SourceMap(JSON.parse(Buffer.from(comment[1]!, "base64").toString()) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
