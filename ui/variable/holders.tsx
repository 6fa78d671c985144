import type { JSX } from "react";
import type { VariableDetail } from "../../src/web/api.ts";
import { ClientLink } from "../clients/client-link.tsx";
import { count } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { Section } from "../shared/section.tsx";

/** Who has fetched values and not confirmed them, or has them on lease. Nothing when nobody has. */
export function Holders({ holders }: { readonly holders: VariableDetail["holders"] }): JSX.Element | null {
  if (holders.length === 0) {
    return null;
  }
  return (
    <Section id="holders" title="Booked">
      <PlainTable heads={["Client", "Label", { figures: "Values" }]} limited="holders">
        {holders.map(({ client, peer, label, values }) => (
          <tr key={client}>
            <td>
              <ClientLink client={client}>{peer}</ClientLink>
            </td>
            <td>
              <Name text={label} />
            </td>
            <td className="number">{count(values)}</td>
          </tr>
        ))}
      </PlainTable>
    </Section>
  );
}
