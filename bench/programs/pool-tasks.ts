/** What threads of piscina and tinypool load. */
export { noop, work } from "../contenders/pools/tasks.ts";
