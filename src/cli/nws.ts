#!/usr/bin/env node
import { main } from "./main.ts";

// `exitCode`, not `exit()`: what was written must reach a pipe first. Only `main` knows when something must be cut short.
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
