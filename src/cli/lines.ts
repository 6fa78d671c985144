/**
 * Cuts a stream of bytes into lines (`\n`, `\r\n`), giving those that came in one read together: so a value is stored when its line
 * has come, and a million lines are not a million requests. A last line without an end counts.
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string[], void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of input) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) {
      yield lines.map(withoutReturn);
    }
  }
  rest += decoder.decode();
  if (rest !== "") {
    yield [withoutReturn(rest)];
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
