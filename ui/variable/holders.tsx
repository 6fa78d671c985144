import { Anchor } from "@mantine/core";
import type { JSX } from "react";
import type { VariableDetail } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { count } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";

/** Who has fetched values and not confirmed them, or has them on lease. Nothing when nobody has. */
export function Holders({ holders }: { readonly holders: VariableDetail["holders"] }): JSX.Element | null {
  if (holders.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="holders">
      <h2 className="section-title" id="holders">
        Booked
      </h2>
      <div className="scroll-x limited" tabIndex={0} role="region" aria-labelledby="holders">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col">Label</th>
              <th scope="col" className="number">
                Values
              </th>
            </tr>
          </thead>
          <tbody>
            {holders.map(({ client, peer, label, values }) => (
              <tr key={client}>
                <td>
                  <Anchor href={hrefOf({ page: "client", client })} size="sm">
                    {peer}
                  </Anchor>
                </td>
                <td>
                  <Name text={label} />
                </td>
                <td className="number">{count(values)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
