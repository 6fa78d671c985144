import type { ValueView, VariableView } from "../../server/client-view.ts";
import type { ValueInfo, ValuePage, ValuesQuery } from "../api.ts";

/** Values of at most so many bytes are shown whole. */
const WHOLE_BYTES = 4096;
const HEAD_BYTES = 256;
/** A search looks at the beginnings of values, and at so many bytes, or values, at a time: others wait meanwhile. */
const SEARCHED_BYTES = 65_536;
const MOST_SEARCHED_BYTES = 4 * 1_048_576;
const MOST_SEARCHED_VALUES = 20_000;
const SEARCH_PAGE = 1000;

const LANGUAGE_SHIFT = 24;

/** A value, and its bytes as far as they go. (Those of one in a file are not at hand.) */
export function showValue(value: Shown, wholeBytes = WHOLE_BYTES): ValueInfo {
  const { index, descriptor, bytes, start, end, file } = value;
  const length = file === undefined ? end - start : file.length;
  const head = bytes.subarray(start, length <= wholeBytes ? end : Math.min(end, start + HEAD_BYTES));
  return { index, descriptor, language: descriptor >>> LANGUAGE_SHIFT, bytes: length, head: base64(head) };
}

type Shown = Pick<ValueView, "index" | "descriptor" | "bytes" | "start" | "end" | "file">;

export function showValues(variable: VariableView, query: ValuesQuery): ValuePage {
  const { after = -1, limit = 50, search } = query;
  // Of several values it would be too much to say a few times a second.
  const wholeBytes = limit === 1 ? query.whole : undefined;
  if (search !== undefined) {
    return found(variable, after, limit, search);
  }
  const indices = variable.freeAfter(after, limit + 1);
  return {
    total: variable.freeCount,
    values: indices.slice(0, limit).map((index) => showValue(variable.look(index)!, wholeBytes)),
    more: indices.length > limit,
  };
}

function found(variable: VariableView, after: number, limit: number, search: string): ValuePage {
  const wanted = Buffer.from(search, "utf8");
  const values: ValueInfo[] = [];
  let at = after;
  let searchedBytes = 0;
  let searchedValues = 0;
  for (;;) {
    const indices = variable.freeAfter(at, SEARCH_PAGE);
    for (const index of indices) {
      const value = variable.look(index)!;
      const end = Math.min(value.end, value.start + SEARCHED_BYTES);
      const bytes = Buffer.from(value.bytes.buffer, value.bytes.byteOffset + value.start, end - value.start);
      if (bytes.includes(wanted)) {
        values.push(showValue(value));
      }
      at = index;
      searchedBytes += bytes.length;
      searchedValues++;
      const isEnough = searchedBytes >= MOST_SEARCHED_BYTES || searchedValues >= MOST_SEARCHED_VALUES;
      if (values.length >= limit || isEnough) {
        return { total: variable.freeCount, values, more: true, searchedTo: at };
      }
    }
    if (indices.length < SEARCH_PAGE) {
      return { total: variable.freeCount, values, more: false };
    }
  }
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
