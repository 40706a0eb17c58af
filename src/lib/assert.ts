/** Our own bug, found where it can be named: ends this request, and is logged. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
