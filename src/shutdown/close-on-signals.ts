import { LoggingError } from '../errors';
import { refuseUnknownKeys, requireBoolean, requireFunction, requireInteger, requireOneOf } from '../option-checks';
import { settledWithin } from '../settled-within';

/** Options of {@link closeOnSignals}. */
export interface CloseOnSignalsOptions {
  /**
   * Signals to close on: any of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGBREAK and SIGUSR2. @defaultValue ['SIGTERM', 'SIGINT']
   */
  readonly signals?: readonly NodeJS.Signals[];
  /** Longest wait for `before` and the close together, in milliseconds; see {@link CloseOptions}. @defaultValue 5000 */
  readonly deadlineMs?: number;
  /**
   * What comes first, usually to stop the server, so that requests under way are still recorded:
   * `() => new Promise(resolve => server.close(resolve))`. It gets half of the time at most. @defaultValue none
   */
  readonly before?: (signal: NodeJS.Signals) => unknown;
  /** `true` calls `process.exit()` at the end. @defaultValue false */
  readonly exit?: boolean;
}

interface Closable {
  close(options: { readonly deadlineMs: number }): Promise<void>;
}

const isOurs = Symbol.for('logged-controllers:closes-on-signal');

// What a process can catch and is usually ended by.
const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGBREAK', 'SIGUSR2'];

function resolve(options: CloseOnSignalsOptions): Required<Omit<CloseOnSignalsOptions, 'before'>> {
  refuseUnknownKeys('closeOnSignals()', options, ['signals', 'deadlineMs', 'before', 'exit']);
  const { signals = ['SIGTERM', 'SIGINT'], deadlineMs = 5_000, before, exit = false } = options;
  if (!Array.isArray(signals) || signals.length === 0) {
    throw new LoggingError('OPTION_INVALID', "closeOnSignals({ signals }) must be a list such as ['SIGTERM'].");
  }
  for (const signal of signals) requireOneOf('closeOnSignals({ signals })', signal, SIGNALS);
  requireInteger('closeOnSignals({ deadlineMs })', deadlineMs, { min: 0, max: 600_000, unit: 'milliseconds' });
  if (before !== undefined) requireFunction('closeOnSignals({ before })', before);
  requireBoolean('closeOnSignals({ exit })', exit);
  // Named twice, one would be called twice, and take its second call for a second signal.
  return { signals: [...new Set(signals)], deadlineMs, exit };
}

/**
 * Closes a `Logging` on the first of some signals. Whether the process ends is left to the application: when it listens to
 * the signal too, it decides; when it does not, the signal is raised again and does what it does without this. A second
 * signal ends the wait.
 *
 * @returns what takes the listeners away again.
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`
 * @example
 * closeOnSignals(logging, { before: () => new Promise(resolve => server.close(resolve)), exit: true });
 */
export function closeOnSignals(logging: Closable, options: CloseOnSignalsOptions = {}): () => void {
  const { signals, deadlineMs, exit } = resolve(options);
  const { before } = options;
  requireFunction('closeOnSignals(logging): logging.close', (logging as Closable | undefined)?.close);
  let isClosing = false;
  let isAlone = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isClosing) return letGo(signal);
    isClosing = true;
    isAlone = process.listeners(signal).every(listener => isOurs in listener);
    void closeOn(signal);
  };
  const stopListening = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  /** Without a listener the signal does again what it does by itself. Another logging may still be closing. */
  const letGo = (signal: NodeJS.Signals): void => {
    stopListening();
    if (isAlone && process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const closeOn = async (signal: NodeJS.Signals): Promise<void> => {
    const deadline = performance.now() + deadlineMs;
    // The application's own failure to stop must not cost its records.
    if (before) await settledWithin(deadlineMs / 2, (async () => before(signal))());
    await logging.close({ deadlineMs: Math.max(0, Math.floor(deadline - performance.now())) });
    if (exit) process.exit();
    letGo(signal);
  };
  Object.defineProperty(onSignal, isOurs, { value: true });
  // First, because a listener for one time is no longer among the listeners once it was called.
  for (const signal of signals) process.prependListener(signal, onSignal);
  return stopListening;
}
