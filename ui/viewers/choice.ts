import type { Content, Received } from "./content.ts";
import { delimiterOf } from "./csv.ts";
import { foreignSeries } from "./foreign-node.ts";
import { foreignTable } from "./foreign-table.ts";
import { imageType } from "./image-type.ts";
import { seriesOf } from "./number-series.ts";

/** The ways to look at a value. */
export type ViewerName = "text" | "table" | "tree" | "numbers" | "image" | "babelfish" | "hex";

/** A longer text is not tried as JSON: that would hold up the page. */
const LONGEST_JSON = 4 * 1024 * 1024;

/** The viewers that fit, the best first. */
export function viewersOf(content: Content, { bytes, isWhole }: Received): readonly ViewerName[] {
  switch (content.kind) {
    case "text":
      if (isWhole && jsonIn(content.text) !== undefined) {
        return ["tree", "text", "hex"];
      }
      return delimiterOf(content.text) === undefined ? ["text", "hex"] : ["table", "text", "hex"];
    case "foreign":
      if (foreignTable(content.value) !== undefined) {
        return ["table", "tree", "hex"];
      }
      return foreignSeries(content.value) === undefined ? ["tree", "hex"] : ["numbers", "tree", "hex"];
    case "value":
      return seriesOf(content.value) === undefined ? ["tree", "hex"] : ["numbers", "tree", "hex"];
    case "bytes":
      return isWhole && imageType(bytes) !== undefined ? ["image", "hex"] : ["hex", "text"];
    case "serialized":
      return ["babelfish", "hex"];
    case "beginning":
    case "damaged":
      return ["hex"];
  }
}

/** The object or array that `text` is in JSON, or undefined: a number or a word is shown as the text that it is. */
export function jsonIn(text: string): object | undefined {
  if (text.length > LONGEST_JSON || !/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}
