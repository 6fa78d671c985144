import { Anchor } from "@mantine/core";
import type { JSX } from "react";
import type { Waiter } from "../../src/web/api.ts";
import { hrefOf } from "../app/routes.ts";
import { count } from "../format/numbers.ts";
import { Name } from "../shared/name.tsx";
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
    <section aria-labelledby="waiters">
      <h2 className="section-title" id="waiters">
        Waiting ({count(total)})
      </h2>
      <div className="scroll-x limited" tabIndex={0} role="region" aria-labelledby="waiters">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">Client</th>
              <th scope="col">Label</th>
              <th scope="col">Operation</th>
              <th scope="col">For</th>
            </tr>
          </thead>
          <tbody>
            {waiters.map(({ client, peer, label, verb, since }, i) => (
              <tr key={`${client} ${i}`}>
                <td>
                  <Anchor href={hrefOf({ page: "client", client })} size="sm">
                    {peer}
                  </Anchor>
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
          </tbody>
        </table>
      </div>
      {total > waiters.length && <span className="note">The {count(waiters.length)} who wait longest are shown.</span>}
    </section>
  );
}
