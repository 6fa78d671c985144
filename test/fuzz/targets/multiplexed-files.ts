import type { Target } from "../engine/target.ts";
import { multiplexedTarget } from "./multiplexed.ts";

/** `multiplexed`, with a server that keeps nearly all values in files, as it does with large ones: they are written and read while other requests come. */
export const target: Target = multiplexedTarget({ longValueBytes: 3 });
