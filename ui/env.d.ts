/** V8's, which the codec sets while it makes errors; elsewhere setting it does nothing. */
interface ErrorConstructor {
  stackTraceLimit: number;
}
