// Word count: the most frequent words in the files of a folder, a task for each file. An accumulator adds up what workers found as it
// arrives, so that nothing is kept but the sums.
//
//   npm run example wordcount -- [folder]
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

type Counts = Map<string, number>;

const folder = resolve(process.argv[2] ?? fileURLToPath(new URL("../../docs", import.meta.url)));

async function countWords(path: string): Promise<Counts> {
  const counts: Counts = new Map();
  for (const [word] of (await readFile(path, "utf8")).toLowerCase().matchAll(/\p{Letter}+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

function addTo(sums: Counts, counts: Counts): void {
  for (const [word, count] of counts) {
    sums.set(word, (sums.get(word) ?? 0) + count);
  }
}

/** The most frequent words first; of equally frequent ones, in the order of the alphabet. */
function sorted(sums: Counts): [word: string, count: number][] {
  return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

const entries = await readdir(folder, { withFileTypes: true });
const files = entries.filter((entry) => entry.isFile()).map(({ name }) => resolve(folder, name));

await using s = new Sleigh();

const sums: Counts = new Map();
await s.eachElem(countWords, files, [], {
  accumulator: (arrived: Counts[]) => arrived.forEach((counts) => addTo(sums, counts)),
});

const twin: Counts = new Map();
for (const file of files) {
  addTo(twin, await countWords(file));
}

compare(sorted(sums), sorted(twin), (words) =>
  [`${words.length} words`, ...words.slice(0, 5).map(([word, count]) => `${word} ${count}`)].join(", "),
);
