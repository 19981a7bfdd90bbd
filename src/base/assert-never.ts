/**
 * The end of a `switch` that names every member of a union: the compiler
 * refuses the call while a member is missing.
 *
 * @throws Error when a value outside of the union arrives at run time
 */
export function assertNever(value: never): never {
  throw new Error(`expected a member of the union, got ${JSON.stringify(value)}`);
}
