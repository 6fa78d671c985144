import { readFileSync } from "node:fs";
import { findSourceMap, SourceMap, type SourceMapPayload } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * What leads from a script to the source that the user wrote: the map that Node has, if it was told to look for maps, else the one
 * that the script's last comment names. Undefined if there is none, or none that can be read.
 */
export function sourceMapOf(url: string, text: string): SourceMap | undefined {
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  return findSourceMap(path) ?? findSourceMap(url) ?? ownMap(url, text);
}

function ownMap(url: string, text: string): SourceMap | undefined {
  const [, link] = /\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(text.slice(text.lastIndexOf("\n//") + 1)) ?? [];
  if (link === undefined || !URL.canParse(link, url)) {
    return undefined;
  }
  try {
    const at = new URL(link, url);
    const payload = JSON.parse(read(at)) as SourceMapPayload;
    const base = at.protocol === "data:" ? url : at.href;
    const { sourceRoot } = payload as { readonly sourceRoot?: string };
    const root =
      sourceRoot === undefined || sourceRoot === "" ? base : new URL(sourceRoot.replace(/\/?$/, "/"), base).href;
    return new SourceMap({ ...payload, sources: payload.sources.map((each) => new URL(each, root).href) });
  } catch {
    return undefined;
  }
}

function read(at: URL): string {
  const data = /^data:application\/json[^,]*?(;base64)?,(.*)$/.exec(at.href);
  if (data === null) {
    return readFileSync(at, "utf8");
  }
  return data[1] === undefined ? decodeURIComponent(data[2]!) : Buffer.from(data[2]!, "base64").toString();
}
