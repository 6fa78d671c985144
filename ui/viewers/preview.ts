import { describe } from "../../src/codec/index.ts";
import type { ValueInfo } from "../../src/web/api.ts";
import { fromBase64 } from "../api/base64.ts";
import { shortened, visibleLine } from "../format/visible-text.ts";
import { contentOf, type Received } from "./content.ts";
import { headline } from "./headline.ts";
import { hexLine } from "./hex.ts";
import { imageType } from "./image-type.ts";
import { foreignNode } from "./foreign-node.ts";
import { type Children, type TreeNode, treeNode } from "./tree-node.ts";

const PREVIEW_LENGTH = 200;
/** So many children of a container are shown in its preview. */
const PREVIEW_CHILDREN = 8;

/** What the list of values tells about the bytes: all of them, or the first ones. */
export function receivedOf(info: Pick<ValueInfo, "descriptor" | "head" | "bytes">): Received {
  const bytes = fromBase64(info.head);
  return { descriptor: info.descriptor, bytes, isWhole: bytes.length === info.bytes };
}

/** `Python`, `JavaScript text`, `R bytes`: what the descriptor says. */
export function kindText(descriptor: number): string {
  const { kind, language } = describe(descriptor);
  return kind === "serialized" ? language : `${language} ${kind}`;
}

/** A value in one line. */
export function previewOf(received: Received): string {
  const content = contentOf(received);
  switch (content.kind) {
    case "text":
      return visibleLine(shortened(content.text, PREVIEW_LENGTH));
    case "value":
      return shortened(nodePreview(treeNode(content.value)), PREVIEW_LENGTH);
    case "foreign":
      return shortened(nodePreview(foreignNode(content.value)), PREVIEW_LENGTH);
    case "bytes":
      return imageType(received.bytes)?.replace("image/", "an image: ") ?? hexPreview(received.bytes);
    case "beginning":
      return headline(received) ?? hexPreview(received.bytes);
    default:
      return hexPreview(received.bytes);
  }
}

function nodePreview({ summary, children }: TreeNode): string {
  return children === undefined ? summary : `${summary} ${childrenPreview(children())}`;
}

function childrenPreview({ count, isList, at }: Children): string {
  const shown = Array.from({ length: Math.min(count, PREVIEW_CHILDREN) }, (_, index) => {
    const { key, node } = at(index);
    return isList ? node.summary : `${key}: ${node.summary}`;
  });
  const all = [...shown, ...(count > PREVIEW_CHILDREN ? ["…"] : [])].join(", ");
  return isList ? `[${all}]` : `{ ${all} }`;
}

function hexPreview(bytes: Uint8Array): string {
  return bytes.length === 0
    ? "(nothing)"
    : `${hexLine(bytes, 0).hex.replaceAll("  ", " ")}${bytes.length > 16 ? " …" : ""}`;
}
