/*
 * Values of other languages, as plain data for display. See docs/values.md.
 */
export { defaultLimits, type ForeignLimits } from "./budget.ts";
export { ForeignFault, ForeignFaultCode } from "./foreign-fault.ts";
export type {
  ForeignArray,
  ForeignBytes,
  ForeignComplex,
  ForeignField,
  ForeignFloat,
  ForeignList,
  ForeignMap,
  ForeignName,
  ForeignNode,
  ForeignObject,
  ForeignOpaque,
  ForeignReference,
  ForeignScalar,
  ForeignTable,
  ForeignValue,
} from "./foreign-value.ts";
export { readForeign } from "./read-foreign.ts";
