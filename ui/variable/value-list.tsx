import "./values.css";
import { Button, Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { ValueInfo, ValuePage } from "../../src/web/api.ts";
import { valuesPath } from "../api/addresses.ts";
import { count, counted } from "../format/numbers.ts";
import { useLive } from "../live/use-live.ts";
import { useMay } from "../login/use-me.ts";
import { Empty } from "../shared/empty.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { SearchField } from "../shared/search-field.tsx";
import { Section } from "../shared/section.tsx";
import { shownValues } from "./shown-values.ts";
import { ValuePager } from "./value-pager.tsx";
import { ValueRow } from "./value-row.tsx";

const PAGE = 50;

export interface ValueListProps {
  readonly workspace: string;
  readonly variable: string;
}

/**
 * The free values, a page at a time, live: a page shows what follows a certain index, whatever comes and goes. What one has opened stays,
 * also when somebody fetches it; all of it stands still while it is held.
 */
export function ValueList({ workspace, variable }: ValueListProps): JSX.Element {
  const [search, setSearch] = useState("");
  // After which index the pages begin that led here; the last one is this page.
  const [trail, setTrail] = useState<readonly number[]>([]);
  const [held, setHeld] = useState<ValuePage>();
  const [open, setOpen] = useState<ReadonlyMap<number, ValueInfo>>(new Map());

  const after = trail.at(-1);
  const query = { limit: PAGE, search, ...(after === undefined ? {} : { after }) };
  const live = useLive<ValuePage>(held === undefined ? valuesPath(workspace, variable, query) : undefined);
  const page = held ?? live.data;
  const goTo = (next: readonly number[]): void => {
    setTrail(next);
    setHeld(undefined);
    setOpen(new Map());
  };
  const toggle = (info: ValueInfo): void => {
    const next = new Map(open);
    if (!next.delete(info.index)) {
      next.set(info.index, info);
    }
    setOpen(next);
  };

  const rows = page === undefined ? [] : shownValues(page, open);
  return (
    <Section id="values" title={page === undefined ? "Values" : `Values (${count(page.total)})`}>
      <div className="toolbar values-toolbar">
        <SearchField
          label="Search values"
          onSearch={(text) => {
            setSearch(text);
            goTo([]);
          }}
        />
        <ValuePager trail={trail} page={page} onGo={goTo} />
        <Button
          size="xs"
          variant="default"
          aria-pressed={held !== undefined}
          onClick={() => setHeld(held === undefined ? page : undefined)}
          disabled={page === undefined}
        >
          {held === undefined ? "Hold" : "Go on"}
        </Button>
        {held !== undefined && <span className="note">held: this is how it was</span>}
      </div>
      <ProblemAlert message={live.problem?.message} />
      {page !== undefined && rows.length === 0 && <NoValues page={page} search={search} isFirst={trail.length === 0} />}
      <ul className="values">
        {rows.map(({ info, isGone }) => (
          <ValueRow
            key={info.index}
            workspace={workspace}
            variable={variable}
            info={info}
            isGone={isGone}
            isOpen={open.has(info.index)}
            onToggle={() => toggle(info)}
          />
        ))}
      </ul>
      {page?.searchedTo !== undefined && page.more && (
        <Button size="xs" variant="default" onClick={() => goTo([...trail, page.searchedTo!])}>
          Searched up to index {count(page.searchedTo)}: search on
        </Button>
      )}
    </Section>
  );
}

interface NoValuesProps {
  readonly page: ValuePage;
  readonly search: string;
  readonly isFirst: boolean;
}

function NoValues({ page, search, isFirst }: NoValuesProps): JSX.Element {
  const mayStore = useMay("use");
  if (search !== "") {
    return <Text size="sm">{page.more ? "Nothing found so far." : "No value holds that text."}</Text>;
  }
  if (!isFirst) {
    return <Text size="sm">There are no values from there on. {counted(page.total, "value")} in all.</Text>;
  }
  return (
    <Empty title="No values at present">
      <Text size="sm">
        What is stored here appears at once, unless somebody who waits takes it.
        {mayStore && " “Store a value” stores one from this page."}
      </Text>
    </Empty>
  );
}
