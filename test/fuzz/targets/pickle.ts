import { foreignTarget } from "../support/foreign.ts";

export const target = foreignTarget("python");
