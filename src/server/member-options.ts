import type { SessionOptions } from "../space/index.ts";
import { MAX_INLINE_BYTES } from "../wire/verbs.ts";

/** How sessions of the multiplexed protocol are to the space. */
export const MEMBER_OPTIONS: SessionOptions = { leaseOver: MAX_INLINE_BYTES };
