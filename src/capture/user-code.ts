import { isPromise } from 'node:util/types';
import { LoggingError } from '../errors';
import type { Reporter } from '../reporter';

/**
 * Runs a function that the application gave us. Whatever it does, the request and the rest of the record go on: a throw
 * gives `undefined`, reported once for each `name`.
 */
export function runUserCode<Argument, Result>(
  name: string,
  reporter: Reporter,
  userFunction: ((argument: Argument) => Result) | undefined,
  argument: Argument,
): Result | undefined {
  if (!userFunction) return undefined;
  try {
    const result = userFunction(argument);
    if (!isPromise(result)) return result;
    result.catch(() => {});
    reportFailure(name, reporter, new TypeError('it returned a promise, but the record does not wait for one'));
  } catch (cause) {
    reportFailure(name, reporter, cause);
  }
  return undefined;
}

function reportFailure(name: string, reporter: Reporter, cause: unknown): void {
  reporter.reportOnce(
    `hook:${name}`,
    new LoggingError('HOOK_FAILED', `${name} failed, so its part is missing from records. See error.cause.`, { cause }),
  );
}
