import { classNameOf } from '../class-name';
import { LoggingError, type LoggingErrorCode, type Report } from '../errors';

/** Reports each message once: a fault that every request meets must not flood whoever listens. */
export class ReportOnce {
  readonly #report: Report;
  readonly #reported = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** The caught value itself is not passed on: its message may quote the secret that it choked on. */
  report(code: LoggingErrorCode, message: string): void {
    if (this.#reported.has(message)) return;
    this.#reported.add(message);
    this.#report(new LoggingError(code, message));
  }
}

/** The kind of a caught value, without a word of its message. */
export function kindOfError(caught: unknown): string {
  return caught instanceof Error ? (classNameOf(caught) ?? 'Error') : `a thrown ${typeof caught}`;
}
