import { Button, UnstyledButton } from "@mantine/core";
import { type JSX, useMemo, useState } from "react";
import { count } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { TextView } from "./text-view.tsx";
import { treeNode } from "./tree-node.ts";

/** So many children are shown at once; more when one asks. */
const STEP = 100;
/** A container with at most so many children is open from the start. */
const OPEN_CHILDREN = 25;

/** A value as a tree whose branches are made when they are opened. */
export function TreeView({ value }: { readonly value: unknown }): JSX.Element {
  return (
    <div className="viewer-tree" role="region" aria-label="The value as a tree" tabIndex={0}>
      <Branch label={undefined} value={value} isRoot />
    </div>
  );
}

interface BranchProps {
  /** The key, or index; the root has none. */
  readonly label: string | undefined;
  readonly value: unknown;
  readonly isRoot?: boolean;
}

function Branch({ label, value, isRoot = false }: BranchProps): JSX.Element {
  const node = useMemo(() => treeNode(value), [value]);
  const [isOpen, setOpen] = useState(() => isRoot && (node.children?.().count ?? 0) <= OPEN_CHILDREN);
  const line = (
    <>
      {label !== undefined && (
        <>
          <bdi className="tree-key">{label}</bdi>
          <span className="tree-colon">:</span>
        </>
      )}
      <bdi className={`tree-${node.tint}`}>{node.summary}</bdi>
    </>
  );
  if (node.children === undefined && node.longText === undefined) {
    return <div className="tree-line">{line}</div>;
  }
  return (
    <div>
      <UnstyledButton className="tree-line tree-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className="tree-arrow">
          <Icon name={isOpen ? "down" : "right"} size={11} />
        </span>
        {line}
      </UnstyledButton>
      {isOpen && (
        <div className="tree-children">
          {node.longText === undefined ? <ChildList value={value} /> : <TextView text={node.longText} />}
        </div>
      )}
    </div>
  );
}

function ChildList({ value }: { readonly value: unknown }): JSX.Element {
  const children = useMemo(() => treeNode(value).children!(), [value]);
  const [shown, setShown] = useState(STEP);
  const some = Array.from({ length: Math.min(shown, children.count) }, (_, index) => children.at(index));
  return (
    <>
      {some.map(({ key, value: child }, index) => (
        <Branch key={index} label={key} value={child} />
      ))}
      {children.count > shown && (
        <Button size="compact-xs" variant="default" onClick={() => setShown(shown + STEP)}>
          {count(children.count - shown)} more
        </Button>
      )}
    </>
  );
}
