/**
 * The order in which a variable gives its values: `fifo` as they came in, `lifo` the last one first, `multi` in
 * pseudo-random order; `single` holds one value, which each store replaces.
 */
export const Mode = { fifo: "fifo", lifo: "lifo", multi: "multi", single: "single" } as const;

export type Mode = (typeof Mode)[keyof typeof Mode];
