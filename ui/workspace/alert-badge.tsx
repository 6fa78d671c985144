import { Badge } from "@mantine/core";
import type { JSX } from "react";
import type { VariableInfo } from "../../src/web/api.ts";

const meanings = {
  starved: "Clients wait here, and nothing has been stored for a while: does whoever should store still run?",
  piling: "Values become more and nobody fetches: does whoever should fetch still run?",
} as const;

export function AlertBadge({ alert }: { readonly alert: VariableInfo["alert"] }): JSX.Element | null {
  if (alert === undefined) {
    return null;
  }
  return (
    <Badge
      size="sm"
      variant="outline"
      color={alert === "starved" ? "grape" : "orange"}
      title={meanings[alert]}
      className="badge"
    >
      {alert === "starved" ? "starved" : "piling up"}
    </Badge>
  );
}
