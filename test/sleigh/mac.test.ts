import { createHmac, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Mac } from "../../src/sleigh/mac.ts";

test("it is HMAC-SHA256 of the words and of the bytes around the gap, whatever their length", () => {
  const key = randomBytes(32);
  const mac = new Mac(key);
  for (const length of [0, 1, 32, 55, 56, 63, 64, 65, 1000, 65_400, 65_536, 200_000, 10]) {
    const words = `sleigh ☃\0variable ${length}\0`;
    const bytes = randomBytes(length + 9);
    const expected = createHmac("sha256", key).update(words).update(bytes.subarray(0, 4)).update(bytes.subarray(9));
    expect(mac.of(words, bytes, 4, 9).equals(expected.digest()), String(length)).toBe(true);
  }
});
