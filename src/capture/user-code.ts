import { isPromise } from 'node:util/types';
import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
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
    report(
      name,
      reporter,
      `${name} returned a promise, but no record waits for one, so its part is missing from records.`,
    );
  } catch (cause) {
    report(name, reporter, `${name} failed, so its part is missing from records. See error.cause.`, {
      cause: quietCause(cause),
    });
  }
  return undefined;
}

function report(name: string, reporter: Reporter, message: string, options?: ErrorOptions): void {
  reporter.reportOnce(`hook:${name}`, new LoggingError('HOOK_FAILED', message, options));
}
