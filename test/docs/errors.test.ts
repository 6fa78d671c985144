import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { classOfFailure } from "../../src/client/failure.ts";
import * as client from "../../src/client/index.ts";
import * as sleigh from "../../src/sleigh/index.ts";
import { failureCodes, type FailureName } from "../../src/wire/failure-codes.ts";
import { Page, root, rowsOf } from "./markdown.ts";

const page = new Page("docs/errors.md");
const ofSleigh = page.section("Errors of a sleigh");
const sleighRows = rowsOf(ofSleigh).map(plain);
const clientRows = rowsOf(page.text.replace(ofSleigh, "")).map(plain);

/** The cells of a row, without the backquotes. */
function plain(cells: readonly string[]): string[] {
  return cells.map((cell) => cell.replaceAll("`", ""));
}

/** The classes of errors that a door exports, each with the one that it extends. */
function classesOf(door: object): string[][] {
  return Object.entries(door)
    .filter(([name]) => name.endsWith("Error"))
    .map(([name, each]) => [name, (Object.getPrototypeOf(each) as { name: string }).name])
    .sort();
}

/** The rows about classes: what a table says that each extends. */
function documentedClasses(rows: readonly string[][]): string[][] {
  return rows
    .filter(([name = ""]) => /^[A-Z]/.test(name))
    .map(([name = "", base = ""]) => [name, base])
    .sort();
}

test("docs/errors.md has the server's codes with their numbers, statuses and classes, and no other", () => {
  const documented = clientRows.filter(({ length }) => length === 5).map((cells) => cells.slice(0, 4));
  const known = Object.entries(failureCodes).map(([name, { number, status }]) => [
    name,
    String(number),
    String(status),
    classOfFailure[name as FailureName].name,
  ]);
  expect(documented).toEqual(known);
});

test("docs/errors.md has every code of the client, and no other", () => {
  const documented = clientRows.map(([first = ""]) => first).filter((name) => /^[a-z]/.test(name));
  expect(documented.sort()).toEqual(Object.keys(client.ErrorCode).sort());
});

test("docs/errors.md has every class of the client with the class that it extends, and no other", () => {
  expect(documentedClasses(clientRows)).toEqual(classesOf(client));
});

test("docs/errors.md has every error of a sleigh with the class that it extends, and no other", () => {
  expect(documentedClasses(sleighRows)).toEqual(classesOf(sleigh));
});

test("docs/errors.md has every code of a sleigh, and no other", () => {
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const documented = sleighRows.map(([first = ""]) => first).filter((name) => /^[a-z]/.test(name));
  const [, union = ""] = /^export type SleighErrorCode =(.*?);/ms.exec(read("src/sleigh/errors.ts")) ?? [];
  const ofShipping = read("src/sleigh/shipping/errors.ts").matchAll(/readonly code = "(\w+)"/g);
  const known = [...union.matchAll(/"(\w+)"/g), ...ofShipping].map(([, code]) => code);
  expect(documented.sort()).toEqual(known.sort());
});
