import type { Target } from "../engine/target.ts";
import { classicTarget } from "./classic.ts";

/** `classic`, with a server that keeps nearly all values in files, as it does with large ones: they are written and read while other requests come. */
export const target: Target = classicTarget({ longValueBytes: 3 });
