import type { LoggingError, Report } from './errors';

/** Brings run-time problems to the user without ever throwing into the code that found them. */
export class Reporter {
  readonly #reported = new Set<string>();

  constructor(
    private readonly onError: Report | undefined,
    /** Told first, beside whatever the user asked for. */
    private readonly alsoTell: Report = () => {},
  ) {}

  readonly report: Report = error => {
    try {
      this.alsoTell(error);
      if (this.onError) this.onError(error);
      else process.emitWarning(error.message, { type: 'LoggedControllersWarning', code: error.code });
    } catch {
      // A failing onError has nowhere left to be reported.
    }
  };

  /** Reports the first error of its kind; a fault in every request must not flood the log that it breaks. */
  reportOnce(kind: string, error: LoggingError): void {
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.report(error);
  }
}
