import { Button, UnstyledButton } from "@mantine/core";
import { type JSX, useMemo, useState } from "react";
import { count } from "../format/numbers.ts";
import { Icon } from "../shared/icon.tsx";
import { TextView } from "./text-view.tsx";
import type { TreeNode } from "./tree-node.ts";

/** So many children are shown at once; more when one asks. */
const STEP = 100;
/** A container with at most so many children is open from the start. */
const OPEN_CHILDREN = 25;

/** A value as a tree whose branches are made when they are opened. */
export function TreeView({ root }: { readonly root: TreeNode }): JSX.Element {
  return (
    <div className="viewer-tree" role="region" aria-label="The value as a tree" tabIndex={0}>
      <Branch label={undefined} node={root} isRoot />
    </div>
  );
}

interface BranchProps {
  /** The key, or index; the root has none. */
  readonly label: string | undefined;
  readonly node: TreeNode;
  readonly isRoot?: boolean;
}

function Branch({ label, node, isRoot = false }: BranchProps): JSX.Element {
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
          <Icon name={isOpen ? "open" : "right"} size={11} />
        </span>
        {line}
      </UnstyledButton>
      {isOpen && (
        <div className="tree-children">
          {node.longText === undefined ? <ChildList node={node} /> : <TextView text={node.longText} />}
        </div>
      )}
    </div>
  );
}

function ChildList({ node }: { readonly node: TreeNode }): JSX.Element {
  const children = useMemo(() => node.children!(), [node]);
  const [shown, setShown] = useState(STEP);
  // Made once: a branch that is open must keep its node while others are added.
  const some = useMemo(
    () => Array.from({ length: Math.min(shown, children.count) }, (_, index) => children.at(index)),
    [children, shown],
  );
  return (
    <>
      {some.map(({ key, node: child }, index) => (
        <Branch key={index} label={key} node={child} />
      ))}
      {children.count > shown && (
        <Button size="compact-xs" variant="default" onClick={() => setShown(shown + STEP)}>
          {count(children.count - shown)} more
        </Button>
      )}
    </>
  );
}
