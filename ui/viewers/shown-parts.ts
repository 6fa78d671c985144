import { jsonIn } from "./choice.ts";
import type { Content } from "./content.ts";
import { foreignNode, foreignSeries } from "./foreign-node.ts";
import { type NumberSeries, seriesOf } from "./number-series.ts";
import { type TreeNode, treeNode } from "./tree-node.ts";

/** What the tree shows: the value, or the JSON that is in a text. */
export function treeOf(content: Content): TreeNode {
  switch (content.kind) {
    case "value":
      return treeNode(content.value);
    case "foreign":
      return foreignNode(content.value);
    case "text":
      return treeNode(jsonIn(content.text));
    default:
      return treeNode(undefined);
  }
}

/** What the numbers' viewer shows. */
export function numbersOf(content: Content): NumberSeries | undefined {
  switch (content.kind) {
    case "value":
      return seriesOf(content.value);
    case "foreign":
      return foreignSeries(content.value);
    default:
      return undefined;
  }
}
