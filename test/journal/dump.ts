import type { Changes, FileValue, Space } from "../../src/space/index.ts";

/** All that a space keeps in persistent workspaces, in words that can be compared: one line each. */
export function dump(space: Space): string[] {
  const lines: string[] = [];
  const names = new Map<number, string>();
  for (const workspace of space.keptState().workspaces) {
    names.set(workspace.id, workspace.name);
    const { name, durability, idleTimeoutMs } = workspace;
    lines.push(`workspace ${name}, ${durability ?? "as safe as is usual"}, stays ${idleTimeoutMs} ms`);
    for (const variable of workspace.variables()) {
      const into = describer(lines, names);
      variable.describe(into);
      const pages = variable.pages().sort((a, b) => a - b);
      for (const page of pages) {
        const end = (page + 1) * 1024;
        for (let index = variable.next(page * 1024, end); index !== -1; index = variable.next(index + 1, end)) {
          variable.describeValue(index, into);
        }
      }
    }
  }
  return lines.sort();
}

function describer(lines: string[], names: ReadonlyMap<number, string>): Changes {
  let variable = "";
  const say = (text: string): void => void lines.push(`${variable}: ${text}`);
  return {
    variableMade: (id, workspace, name) => {
      variable = `variable ${id} '${name}' in ${names.get(workspace)}`;
      say("is there");
    },
    modeSet: (_id, mode) => say(mode),
    guarded: () => say("guarded"),
    limitsSet: (_id, { maxValues, maxBytes, whenFull, ttlMs }) =>
      say(`at most ${maxValues} values and ${maxBytes} bytes, else ${whenFull}; each for ${ttlMs} ms`),
    expirySet: (_id, index, at) => say(`${index}: expires at ${at}`),
    indicesUsed: (_id, next) => say(`next index ${next}`),
    put: (_id, index, descriptor, bytes, start, end) =>
      say(`${index}: ${descriptor} ${Buffer.from(bytes.subarray(start, end)).toString("base64")}`),
    putFile: (_id, index, descriptor, file: FileValue) => say(`${index}: ${descriptor} in a file of ${file.length}`),
    returnsCounted: (_id, index, count) => say(`${index}: came back ${count} times`),
    booked: (_id, index) => say(`${index}: booked`),
    returned: unexpected,
    gone: unexpected,
    idsReserved: unexpected,
    workspaceKept: unexpected,
    durabilitySet: unexpected,
    idleTimeoutSet: unexpected,
    workspaceDropped: unexpected,
    owned: unexpected,
    disowned: unexpected,
    persistenceSet: unexpected,
    variableDeleted: unexpected,
  };
}

function unexpected(): never {
  throw new Error("this is not said when a state is described");
}
