import type { JSX, ReactNode } from "react";

/** A title of a column; of one of figures, which stand at the right (the cells have the class `number`). */
export type Head = string | { readonly figures: string };

export interface PlainTableProps {
  readonly heads: readonly Head[];
  /** Set: it may be long, and scrolls in itself; the id of its title. */
  readonly limited?: string;
  /** Its rows. */
  readonly children: ReactNode;
}

/** A table of not too many rows, all of them in the page. */
export function PlainTable({ heads, limited, children }: PlainTableProps): JSX.Element {
  const scrolling =
    limited === undefined
      ? { className: "scroll-x" }
      : { className: "scroll-x limited", tabIndex: 0, role: "region", "aria-labelledby": limited };
  return (
    <div {...scrolling}>
      <table className="plain-table">
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === "string" ? (
                <th key={head} scope="col">
                  {head}
                </th>
              ) : (
                <th key={head.figures} scope="col" className="number">
                  {head.figures}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
