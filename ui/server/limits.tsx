import type { JSX } from "react";
import type { ServerInfo } from "../../src/web/api.ts";
import { bytes, count, duration } from "../format/numbers.ts";
import { Section } from "../shared/section.tsx";

/** What the server refuses to go beyond. */
export function Limits({ limits }: { readonly limits: ServerInfo["limits"] }): JSX.Element {
  return (
    <Section id="limits" title="Limits">
      <div className="scroll-x">
        <table className="plain-table limits">
          <tbody>
            {Object.entries(limits).map(([name, limit]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">{limitText(name, limit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** The unit is in the name, as everywhere in this project. */
function limitText(name: string, limit: number | null): string {
  if (limit === null) {
    return "none";
  }
  if (name.endsWith("Bytes")) {
    return bytes(limit);
  }
  return name.endsWith("Ms") ? duration(limit) : count(limit);
}
