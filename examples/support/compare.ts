import { isDeepStrictEqual } from "node:util";

/** Prints what the workers found and what the sequential twin of the program did. The example fails if that is not exactly the same. */
export function compare<T>(onWorkers: T, oneByOne: T, show: (result: T) => string = String): void {
  const isEqual = isDeepStrictEqual(onWorkers, oneByOne);
  console.log(`on workers: ${show(onWorkers)}`);
  console.log(`one by one: ${show(oneByOne)}`);
  console.log(isEqual ? "equal" : "NOT EQUAL");
  if (!isEqual) {
    process.exitCode = 1;
  }
}
