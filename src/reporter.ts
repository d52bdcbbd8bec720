import { callHook } from './call-hook';
import type { LoggingError, Report } from './errors';

const LEAST_GAP_MS = 60_000;
const WARNING = 'LoggedControllersWarning';

/** Brings run-time problems to the user without ever throwing into the code that found them. */
export class Reporter {
  readonly #reported = new Set<string>();
  readonly #lastAt = new Map<string, number>();

  constructor(
    private readonly onError: Report | undefined,
    /** Called first, beside whatever the user asked for. */
    private readonly alsoTell: Report = () => {},
    /** Milliseconds that only go forward. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the process exits: a warning would be printed by a later turn of the event loop. */
  isExiting = false;

  readonly report: Report = error => {
    // What fails here has nowhere left to be reported.
    callHook(
      () => this.#tell(error),
      () => {},
    );
  };

  /** Returns what `onError` does: an async one must not end the process when it fails. */
  #tell(error: LoggingError): unknown {
    this.alsoTell(error);
    if (this.onError) return this.onError(error);
    if (this.isExiting) process.stderr.write(`(node:${process.pid}) [${error.code}] ${WARNING}: ${error.message}\n`);
    else process.emitWarning(error.message, { type: WARNING, code: error.code });
    return undefined;
  }

  /** Reports the first error of its kind; a fault in every request must not flood the log that it breaks. */
  reportOnce(kind: string, error: LoggingError): void {
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.report(error);
  }

  /** Reports what may come and go, at most once a minute for each kind; composed only when it is reported. */
  reportEachMinute(kind: string, compose: () => LoggingError): void {
    const now = this.now();
    const lastAt = this.#lastAt.get(kind);
    if (lastAt !== undefined && now - lastAt < LEAST_GAP_MS) return;
    this.#lastAt.set(kind, now);
    this.report(compose());
  }
}
