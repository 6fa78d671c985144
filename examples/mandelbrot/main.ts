// Mandelbrot: draws the set into a PNG file, a task for each row of the picture. Rows cost more or less time: whoever is free takes the next.
//
//   npm run example mandelbrot -- [file]
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { range, Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

const [file = join(tmpdir(), "mandelbrot.png")] = process.argv.slice(2);
const [width, height, mostSteps] = [600, 400, 1000];

/** How many steps a point takes to leave the circle of radius 2. */
function stepsOf(cx: number, cy: number): number {
  let [x, y, steps] = [0, 0, 0];
  while (x * x + y * y < 4 && steps < mostSteps) {
    [x, y] = [x * x - y * y + cx, 2 * x * y + cy];
    steps++;
  }
  return steps;
}

/** The red, green and blue of each point of a row. */
function drawRow(row: number): Uint8Array {
  const pixels = new Uint8Array(3 * width);
  for (let column = 0; column < width; column++) {
    const steps = stepsOf((3 * column) / width - 2.25, (2 * row) / height - 1);
    const light = steps === mostSteps ? 0 : (steps / mostSteps) ** 0.25;
    pixels.set([255 * light ** 2, 255 * light, 255 * Math.sqrt(light)], 3 * column);
  }
  return pixels;
}

function png(rows: readonly Uint8Array[]): Uint8Array {
  return encode({ width, height, channels: 3, data: Buffer.concat(rows) });
}

await using s = new Sleigh();

const picture = png(await s.eachElem(drawRow, range(height)));
await writeFile(file, picture);
console.log(`${width} × ${height} points are in ${file}`);

const twin = png(Array.from(range(height), drawRow));
compare(picture, twin, (bytes) => `${bytes.length} bytes`);
