import type { JSX } from "react";
import type { Waiter } from "../../src/web/api.ts";
import { ClientLink } from "../clients/client-link.tsx";
import { count } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { Section } from "../shared/section.tsx";
import { Since } from "../shared/time.tsx";

/** Who waits here, from where, since when. Nothing when nobody does. */
export function Waiters({
  waiters,
  total,
}: {
  readonly waiters: readonly Waiter[];
  readonly total: number;
}): JSX.Element | null {
  if (waiters.length === 0) {
    return null;
  }
  return (
    <Section id="waiters" title={`Waiting (${count(total)})`}>
      <PlainTable heads={["Client", "Label", "Operation", "For"]} limited="waiters">
        {waiters.map(({ client, peer, label, verb, since }, i) => (
          <tr key={`${client} ${i}`}>
            <td>
              <ClientLink client={client}>{peer}</ClientLink>
            </td>
            <td>
              <Name text={label} />
            </td>
            <td>{verb}</td>
            <td>
              <Since at={since} />
            </td>
          </tr>
        ))}
      </PlainTable>
      {total > waiters.length && <span className="note">The {count(waiters.length)} who wait longest are shown.</span>}
    </Section>
  );
}
