import "./viewers.css";
import { Button, CopyButton, Group, Loader, SegmentedControl } from "@mantine/core";
import { type JSX, lazy, Suspense, useMemo, useState } from "react";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { BabelfishView } from "./babelfish-view.tsx";
import { type ViewerName, viewersOf } from "./choice.ts";
import { type Content, contentOf, type Received } from "./content.ts";
import { copiedText } from "./copied-text.ts";
import { HexView } from "./hex-view.tsx";
import { ImageView } from "./image-view.tsx";
import { TextView } from "./text-view.tsx";
import { TreeView } from "./tree-view.tsx";
import { TableView } from "./table-view.tsx";
import { numbersOf, treeOf } from "./shown-parts.ts";
import { tableOf } from "./table.ts";

const NumbersView = lazy(() => import("./numbers-view.tsx"));

const labels: Record<ViewerName, string> = {
  text: "Text",
  table: "Table",
  tree: "Tree",
  numbers: "Numbers",
  image: "Image",
  babelfish: "Babelfish",
  hex: "Hex",
};

export interface ContentViewProps {
  readonly received: Received;
  /** Where it lies in the API; not for a value that was taken. */
  readonly path?: string;
}

/** The bytes of a value in the viewer that fits best; others that fit can be chosen. */
export function ContentView({ received, path }: ContentViewProps): JSX.Element {
  const content = useMemo(() => contentOf(received), [received]);
  const viewers = useMemo(
    () => viewersOf(content, received).filter((viewer) => viewer !== "babelfish" || path !== undefined),
    [content, received, path],
  );
  const [chosen, setChosen] = useState<ViewerName>();
  const viewer = chosen !== undefined && viewers.includes(chosen) ? chosen : viewers[0]!;
  const copied = useMemo(() => copiedText(content, received), [content, received]);
  return (
    <div className="content">
      <Group gap="xs">
        {viewers.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label="How to show the value"
            value={viewer}
            onChange={(value) => setChosen(value)}
            data={viewers.map((name) => ({ value: name, label: labels[name] }))}
          />
        )}
        {copied !== undefined && (
          <CopyButton value={copied}>
            {({ copied: isCopied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {isCopied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
        )}
      </Group>
      {content.kind === "damaged" && <ProblemAlert message={content.reason} />}
      <Suspense fallback={<Loader size="sm" aria-label="Loading the viewer" />}>
        <Viewer name={viewer} content={content} received={received} path={path} />
      </Suspense>
    </div>
  );
}

interface ViewerProps {
  readonly name: ViewerName;
  readonly content: Content;
  readonly received: Received;
  readonly path: string | undefined;
}

function Viewer({ name, content, received, path }: ViewerProps): JSX.Element | null {
  switch (name) {
    case "text":
      return <TextView text={content.kind === "text" ? content.text : new TextDecoder().decode(received.bytes)} />;
    case "table":
      return <Table content={content} />;
    case "tree":
      return <Tree content={content} />;
    case "numbers":
      return <Numbers content={content} />;
    case "image":
      return <ImageView bytes={received.bytes} />;
    case "babelfish":
      return content.kind === "serialized" && path !== undefined ? (
        <BabelfishView path={path} language={content.language} reason={content.reason} />
      ) : null;
    case "hex":
      return <HexView bytes={received.bytes} />;
  }
}

function Table({ content }: { readonly content: Content }): JSX.Element | null {
  const table = useMemo(() => tableOf(content), [content]);
  return table === undefined ? null : <TableView table={table} />;
}

function Tree({ content }: { readonly content: Content }): JSX.Element {
  const root = useMemo(() => treeOf(content), [content]);
  return <TreeView root={root} />;
}

function Numbers({ content }: { readonly content: Content }): JSX.Element | null {
  const numbers = useMemo(() => numbersOf(content), [content]);
  return numbers === undefined ? null : <NumbersView numbers={numbers} />;
}
