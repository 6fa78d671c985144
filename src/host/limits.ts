/** For who needs no server: it is not loaded with them. */
export { defaultLimits, type Limits } from "../server/limits.ts";
