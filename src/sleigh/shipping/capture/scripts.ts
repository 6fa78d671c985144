import type { SourceMap } from "node:module";
import { basename, isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { FilePart } from "../pack/graph.ts";
import { partOf, type Part } from "../pack/hash.ts";
import { isConstant } from "../parse/scope.ts";
import { ParsedScript, type Position } from "../parse/script.ts";
import type { Inspector, Location, ScriptSource } from "../inspector.ts";
import { sourceMapOf } from "./source-map.ts";

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

  /** Whether it is no file, but text that was given to `eval`, `new Function` and the like. */
  get isEvaluated(): boolean {
    return this.source.url === "";
  }

  /** Whether it is a line of Node's REPL: those share their variables. */
  get isLine(): boolean {
    return isLine(this.source);
  }

  /** What stack traces call it. */
  get shownAs(): string {
    const { url, isModule } = this.source;
    const isName = !isModule && url !== "" && !url.startsWith("file:") && !isAbsolute(url);
    return isName ? url : isModule || !this.url.startsWith("file:") ? this.url : fileURLToPath(this.url);
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
    return `${this.isEvaluated ? "eval" : nameOf(original.url)}:${original.line + 1}`;
  }

  /** Where a position of the running code is in what the user wrote, and whether that is another file or place. */
  original(position: Position): Position & { readonly url: string; readonly isMapped: boolean } {
    const entry = this.#map()?.findEntry(position.line, position.column);
    return entry !== undefined && "originalLine" in entry
      ? { url: entry.originalSource, line: entry.originalLine, column: entry.originalColumn, isMapped: true }
      : { url: this.url, ...position, isMapped: false };
  }

  /**
   * A place in the running code as a stack trace of the user's own program shows it, with the place that the user knows where
   * there is a source map. Undefined if there is no such place in the code: then it is one in the source already.
   */
  shown(position: Position): string | undefined {
    const end = this.inFile(this.parsed.positionOf(this.parsed.text.length));
    if (position.line > end.line || (position.line === end.line && position.column > end.column)) {
      return undefined;
    }
    const { url, line, column, isMapped } = this.original(position);
    const isPath = (isMapped || !this.source.isModule) && url.startsWith("file:");
    return `${isPath ? fileURLToPath(url) : url}:${line + 1}:${column + 1}`;
  }

  #map(): SourceMap | undefined {
    if (this.#sourceMap === undefined) {
      this.#sourceMap = sourceMapOf(this.url, this.source.text) ?? null;
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
      /((?:file:\/\/|\/|[a-z]:[\\/])[^()\n]*?):(\d+):(\d+)(?=\)*(?:,|$))/gim,
      (text, file: string, line: string, column: string) => {
        const position = { line: Number(line) - 1, column: Number(column) - 1 };
        try {
          return this.#shownAs(file)?.shown(position) ?? text;
        } catch {
          // Stacks are whatever the task made of them: this is no file that there can be here.
          return text;
        }
      },
    );
  }

  /** The script that workers call so: names of evaluated code cannot have spaces and quotes in them. */
  #shownAs(name: string): Script | undefined {
    const names = [name, name.replace(/%2([27])/g, (_, digit) => (digit === "2" ? '"' : "'")), decoded(name)];
    return names.map((each) => this.byUrl(asUrl(each))).find((script) => script !== undefined);
  }

  #add(source: ScriptSource): Script {
    const url = source.url === "" ? `eval:${source.id}` : asUrl(source.url);
    const count = (this.#instances.get(url) ?? 0) + 1;
    this.#instances.set(url, count);
    const key = isLine(source) ? "repl:" : count === 1 ? url : `${url}#${count}`;
    const script = new Script(source, url, key);
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

function isLine({ url, isModule }: ScriptSource): boolean {
  return !isModule && /^REPL\d+$/.test(url);
}

/** Loaders name scripts by URL or by path. */
function asUrl(name: string): string {
  return /^[a-z][a-z\d+.-]+:/i.test(name) ? name : pathToFileURL(name).href;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function nameOf(url: string): string {
  return basename(url.replace(/[?#].*$/, ""));
}
