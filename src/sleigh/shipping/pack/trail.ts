/** One step from something that is sent to something that it holds. */
export interface Step {
  readonly kind: "captured" | "property" | "element" | "entry" | "text" | "place";
  readonly key: unknown;
}

/** The way from what is sent to the place that is looked at now; text is made of it only when something is wrong. */
export interface Trail {
  readonly from: Trail | undefined;
  readonly step: Step;
}

export function stepOn(from: Trail | undefined, kind: Step["kind"], key: unknown): Trail {
  return { from, step: { kind, key } };
}

/** The steps as texts, from the start. */
export function textOf(trail: Trail | undefined): string[] {
  const steps: string[] = [];
  let place = "";
  for (let at = trail; at !== undefined; at = at.from) {
    if (at.step.kind === "place") {
      place = ` (${String(at.step.key)})`;
    } else {
      steps.unshift(stepText(at.step) + place);
      place = "";
    }
  }
  return steps;
}

function stepText({ kind, key }: Step): string {
  switch (kind) {
    case "captured":
      return `captured "${String(key)}"`;
    case "property":
      return typeof key === "symbol" ? `property ${String(key)}` : `property ${JSON.stringify(key)}`;
    case "element":
      return `element ${String(key)}`;
    case "entry":
      return `entry ${typeof key === "string" ? JSON.stringify(key) : typeof key}`;
    case "text":
    case "place":
      return String(key);
  }
}
