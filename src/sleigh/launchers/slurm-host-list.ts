/** Most nodes that a list may stand for: more is a mistake, found before memory is full. */
const MAX_NODES = 100_000;

/** Slurm's short form of many names: `node[01-03,7],gpu[1-2]-ib` is node01, node02, node03, node7, gpu1-ib, gpu2-ib. */
export function expandHostList(list: string): string[] {
  const names = splitOutsideBrackets(list).flatMap((part) => expand(part.trim()));
  if (names.length > MAX_NODES) {
    throw tooMany();
  }
  return names;
}

/** `2(x3),1` is 2, 2, 2, 1. */
export function expandCounts(counts: string): number[] {
  return counts.split(",").flatMap((part) => {
    const [, count, times = "1"] = /^(\d+)(?:\(x(\d+)\))?$/.exec(part.trim()) ?? [];
    if (count === undefined || Number(times) > MAX_NODES) {
      throw new RangeError(`'${counts}' is no list of counts of Slurm`);
    }
    return Array.from({ length: Number(times) }, () => Number(count));
  });
}

function splitOutsideBrackets(list: string): string[] {
  return list.split(/,(?![^[]*\])/).filter((part) => part.trim() !== "");
}

function expand(part: string): string[] {
  const [, before, ranges, after] = /^([^[\]]*)\[([^[\]]*)\](.*)$/.exec(part) ?? [];
  if (before === undefined || ranges === undefined || after === undefined) {
    if (/[[\]]/.test(part)) {
      throw new RangeError(`'${part}' is no list of nodes of Slurm`);
    }
    return [part];
  }
  const behind = expand(after);
  const numbers = ranges.split(",").flatMap(expandRange);
  if (numbers.length * behind.length > MAX_NODES) {
    throw tooMany();
  }
  return numbers.flatMap((number) => behind.map((rest) => `${before}${number}${rest}`));
}

/** `08-11` is 08, 09, 10, 11. */
function expandRange(range: string): string[] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === undefined || !(count >= 1)) {
    throw new RangeError(`'${range}' is no range of nodes of Slurm`);
  }
  if (count > MAX_NODES) {
    throw tooMany();
  }
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first.length, "0"));
}

function tooMany(): RangeError {
  return new RangeError(`a list of more than ${MAX_NODES} nodes is taken for a mistake`);
}
