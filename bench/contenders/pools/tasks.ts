/** The tasks, the same code for all pools of Node. */

export function noop(x: number): number {
  return x;
}

export function work(rounds: number): number {
  let x = 1;
  for (let i = 0; i < rounds; i++) {
    x = (x * 16_807) % 2_147_483_647;
  }
  return x;
}
