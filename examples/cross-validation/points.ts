import { randomStream } from "networkspaces/sleigh";

export type Point = readonly [x: number, y: number];

/** Made up: points near a curve of degree 3. */
export function makePoints(count: number): Point[] {
  const random = randomStream("points", 0);
  return Array.from({ length: count }, () => {
    const x = 2 * random() - 1;
    const noise = random() + random() + random() - 1.5;
    return [x, 1 - 2 * x + 4 * x ** 3 + noise];
  });
}
