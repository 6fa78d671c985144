/** An answer of an HTTP server. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** The answers in the bytes that came back over one connection, bodies apart. (No body of ours has a line like a status line in it.) */
export function httpAnswers(bytes: Buffer): HttpAnswer[] {
  const heads = bytes.toString("latin1").matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/g);
  return Array.from(heads, ([, status, lines = ""]) => ({
    status: Number(status),
    headers: new Map(
      lines
        .split("\r\n")
        .filter((line) => line !== "")
        .map((line) => [line.split(":")[0]!.toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    ),
  }));
}
