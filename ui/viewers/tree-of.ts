import { jsonIn } from "./choice.ts";
import type { Content } from "./content.ts";

/** What the tree shows: the value, or the JSON that is in a text. */
export function treeOf(content: Content): unknown {
  switch (content.kind) {
    case "value":
      return content.value;
    case "text":
      return jsonIn(content.text);
    default:
      return undefined;
  }
}
