import { Anchor, Button, Text } from "@mantine/core";
import { type JSX, useState } from "react";
import type { ClientInfo } from "../../src/web/api.ts";
import { clientPath } from "../api/addresses.ts";
import { hrefOf } from "../app/routes.ts";
import { goTo } from "../app/use-route.ts";
import { bytes, count, rate } from "../format/numbers.ts";
import { useLive } from "../live/use-live.ts";
import { useMay } from "../login/use-me.ts";
import { Empty } from "../shared/empty.tsx";
import { Facts } from "../shared/facts.tsx";
import { Heading } from "../shared/heading.tsx";
import { Name } from "../shared/name.tsx";
import { PlainTable } from "../shared/plain-table.tsx";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { Section } from "../shared/section.tsx";
import { Ago, Since } from "../shared/time.tsx";
import { Detached } from "./client-columns.tsx";
import { DisconnectClient } from "./disconnect-client.tsx";

export function ClientPage({ client }: { readonly client: string }): JSX.Element {
  const { data, problem } = useLive<ClientInfo>(clientPath(client));
  const mayDisconnect = useMay("admin");
  const [doomed, setDoomed] = useState<ClientInfo>();
  return (
    <div className="scrolling-page">
      <Heading
        above={[{ text: "Clients", href: hrefOf({ page: "clients" }) }]}
        title={data?.peer ?? "Client"}
        badges={data === undefined ? null : <Detached client={data} />}
        actions={
          mayDisconnect && (
            <Button size="xs" variant="default" disabled={data === undefined} onClick={() => setDoomed(data)}>
              Disconnect
            </Button>
          )
        }
      />
      {data !== undefined && (
        <>
          <ClientFacts client={data} />
          <Waits client={data} />
          <Owns client={data} />
        </>
      )}
      {problem !== undefined && problem.code !== "not_found" && <ProblemAlert message={problem.message} />}
      {problem?.code === "not_found" && (
        <Empty title="This client has gone">
          <Text size="sm">
            Its session has ended.{" "}
            <Anchor href={hrefOf({ page: "clients" })} underline="always">
              Who is there now
            </Anchor>
          </Text>
        </Empty>
      )}
      <DisconnectClient
        client={doomed}
        onClose={() => setDoomed(undefined)}
        onDone={() => goTo(hrefOf({ page: "clients" }))}
      />
    </div>
  );
}

function ClientFacts({ client }: { readonly client: ClientInfo }): JSX.Element {
  const { user, label, protocol, since, operations, operationsPerSecond, lastOperation, lastOperationAt } = client;
  return (
    <Facts
      facts={[
        ["Label", label === "" ? "–" : <Name key="label" text={label} />],
        ["User", <Name key="user" text={user} />],
        ["Protocol", protocol],
        ["Connected", <Ago key="since" at={since} />],
        ["Operations", `${count(operations)} (${rate(operationsPerSecond)})`],
        ["Last operation", lastOperation === "" ? "–" : lastOperation],
        ["Last heard", lastOperationAt === undefined ? "–" : <Ago key="last" at={lastOperationAt} />],
        ["Waiting", count(client.waiting)],
        ["Booked", count(client.booked)],
        ["Received from it", bytes(client.bytesIn)],
        ["Sent to it", bytes(client.bytesOut)],
      ]}
    />
  );
}

function Waits({ client }: { readonly client: ClientInfo }): JSX.Element {
  const { waits, waiting } = client;
  return (
    <Section id="waits" title={`Waits for (${count(waiting)})`}>
      {waits.length === 0 ? (
        <span className="note">Nothing at present.</span>
      ) : (
        <PlainTable heads={["Variable", "Workspace", "Operation", "For"]}>
          {waits.map(({ workspace, variable, verb, since }, i) => (
            <tr key={i}>
              <td>
                <Anchor href={hrefOf({ page: "variable", workspace: workspace.id, variable: variable.id })} size="sm">
                  <Name text={variable.name} />
                </Anchor>
              </td>
              <td>
                <Anchor href={hrefOf({ page: "workspace", workspace: workspace.id })} size="sm">
                  <Name text={workspace.name} />
                </Anchor>
              </td>
              <td>{verb}</td>
              <td>
                <Since at={since} />
              </td>
            </tr>
          ))}
        </PlainTable>
      )}
    </Section>
  );
}

function Owns({ client: { owns } }: { readonly client: ClientInfo }): JSX.Element {
  return (
    <Section id="owns" title={`Owns (${count(owns.length)})`}>
      {owns.length === 0 ? (
        <span className="note">No workspace.</span>
      ) : (
        <ul className="names">
          {owns.map(({ id, name }) => (
            <li key={id}>
              <Anchor href={hrefOf({ page: "workspace", workspace: id })} size="sm">
                <Name text={name} />
              </Anchor>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
