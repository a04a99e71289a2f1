import { AccessError } from "../../../src/collect/api/access-error.ts";

/** The AccessError that a promise fails with; any other end fails the test. */
export async function accessErrorOf(promise: Promise<unknown>): Promise<AccessError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof AccessError)) {
    throw new Error(`expected an AccessError, got ${String(error)}`);
  }
  return error;
}
