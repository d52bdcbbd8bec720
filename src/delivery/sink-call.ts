import { SinkError } from '../errors';
import type { Clock } from './clock';

/** How a call ended. */
export type Settled<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown };

/** A call of a sink's method that ends in bounded time, whatever the sink does. */
export interface SinkCall<Value> {
  /** Never rejects. */
  readonly settled: Promise<Settled<Value>>;
  /** Ends the call now, as failed, and tells the sink by its signal. */
  abandon(error: Error): void;
}

/**
 * Calls a method that may throw, reject, hang or answer late. At the deadline its signal aborts, and what it answers to
 * that at once still counts: a sink can tell which records it has rejected so far. What comes later, or after `abandon`,
 * is ignored, and never becomes an unhandled rejection.
 */
export function callSink<Value>(
  clock: Clock,
  timeoutMs: number,
  method: (signal: AbortSignal) => Promise<Value>,
): SinkCall<Value> {
  const controller = new AbortController();
  let resolve!: (settled: Settled<Value>) => void;
  const settled = new Promise<Settled<Value>>(resolveSettled => (resolve = resolveSettled));
  const finish = (result: Settled<Value>): void => {
    cancelDeadline();
    resolve(result);
  };
  const abandon = (error: Error): void => {
    finish({ ok: false, error });
    controller.abort(error);
  };
  const cancelDeadline = clock.setTimer(() => {
    const error = new SinkError(`there was no answer within ${Math.round(timeoutMs)} ms`, { retryable: true });
    controller.abort(error);
    clock.defer(() => finish({ ok: false, error }));
  }, timeoutMs);
  asPromise(method, controller.signal).then(
    value => finish({ ok: true, value }),
    (error: unknown) => finish({ ok: false, error }),
  );
  return { settled, abandon };
}

/** An async function, so that a synchronous throw becomes a rejection and any value a promise. */
async function asPromise<Value>(method: (signal: AbortSignal) => Promise<Value>, signal: AbortSignal): Promise<Value> {
  return method(signal);
}
