/** Numbers in a row, of whatever kind of array. */
export interface NumberSeries {
  /** `Float64Array`, `Array`, … */
  readonly kind: string;
  readonly length: number;
  at(index: number): number;
  /** As it is shown: a bigint keeps all of its digits. */
  textAt(index: number): string;
}

/** What a plot shows. */
export interface PlotData {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

type AnyTypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** `value` as numbers: a typed array, or an array of at least two numbers and nothing else. */
export function seriesOf(value: unknown): NumberSeries | undefined {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return series(value as AnyTypedArray, value.constructor.name);
  }
  const isNumbers = Array.isArray(value) && value.length >= 2 && value.every((item) => typeof item === "number");
  return isNumbers ? series(value, "Array") : undefined;
}

/**
 * At most about `points` points: of more numbers, the least and the greatest of each stretch, so that no peak is lost. What is not finite is
 * left out.
 */
export function plotData(numbers: NumberSeries, points: number): PlotData {
  const x: number[] = [];
  const y: number[] = [];
  const add = (index: number): void => {
    x.push(index);
    y.push(numbers.at(index));
  };
  const stretch = numbers.length <= points ? 1 : Math.ceil(numbers.length / (points / 2));
  for (let start = 0; start < numbers.length; start += stretch) {
    const extremes = extremesOf(numbers, start, Math.min(start + stretch, numbers.length));
    if (extremes !== undefined) {
      const [least, greatest] = extremes;
      add(Math.min(least, greatest));
      if (least !== greatest) {
        add(Math.max(least, greatest));
      }
    }
  }
  return { x, y };
}

/** What one wants to know of many numbers. Undefined when none is finite. */
export function summaryOf(numbers: NumberSeries): { least: number; greatest: number; mean: number } | undefined {
  const extremes = extremesOf(numbers, 0, numbers.length);
  if (extremes === undefined) {
    return undefined;
  }
  let sum = 0;
  let finite = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers.at(i);
    if (Number.isFinite(number)) {
      sum += number;
      finite++;
    }
  }
  return { least: numbers.at(extremes[0]), greatest: numbers.at(extremes[1]), mean: sum / finite };
}

/** Where the least and the greatest finite number of a stretch are. */
function extremesOf(numbers: NumberSeries, start: number, end: number): [least: number, greatest: number] | undefined {
  let least = -1;
  let greatest = -1;
  for (let i = start; i < end; i++) {
    const number = numbers.at(i);
    if (Number.isFinite(number)) {
      least = least === -1 || number < numbers.at(least) ? i : least;
      greatest = greatest === -1 || number > numbers.at(greatest) ? i : greatest;
    }
  }
  return least === -1 ? undefined : [least, greatest];
}

function series(array: AnyTypedArray | readonly number[], kind: string): NumberSeries {
  return {
    kind,
    length: array.length,
    at: (index) => Number(array[index]),
    textAt: (index) => {
      const element = array[index];
      return Object.is(element, -0)
        ? "-0"
        : array instanceof Float32Array
          ? singleText(array[index]!)
          : String(element);
    },
  };
}

/** As few digits as tell a number of single precision from all others. */
function singleText(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return String(short);
    }
  }
  return String(value);
}
