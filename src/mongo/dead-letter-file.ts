import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LoggingError, type Report } from '../errors';
import type { AnyRecord } from '../record/log-record';

/** A record that will never be stored, and why. */
export interface DeadLetter {
  readonly record: AnyRecord;
  readonly reason: string;
}

function toLine(sink: string, at: string, { record, reason }: DeadLetter): string {
  try {
    return JSON.stringify({ at, sink, reason, record });
  } catch {
    return JSON.stringify({ at, sink, reason, _id: record._id });
  }
}

/** Keeps rejected records as NDJSON, readable by the owner alone, so that a person can look into them. */
export class DeadLetterFile {
  readonly #path: string;
  readonly #sink: string;
  #isFailing = false;

  constructor(path: string, sink: string) {
    this.#path = resolve(path);
    this.#sink = sink;
  }

  /** Appends to the file. A failure is reported once, until the file can be written again; it never throws. */
  async append(letters: readonly DeadLetter[], report: Report): Promise<void> {
    if (letters.length === 0) return;
    const at = new Date().toISOString();
    const lines = letters.map(letter => `${toLine(this.#sink, at, letter)}\n`).join('');
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await appendFile(this.#path, lines, { mode: 0o600 });
      this.#isFailing = false;
    } catch (cause) {
      if (!this.#isFailing) report(this.#failure(letters.length, cause));
      this.#isFailing = true;
    }
  }

  #failure(count: number, cause: unknown): LoggingError {
    const message =
      `Sink "${this.#sink}" could not write ${count} rejected records to its dead letter file "${this.#path}"; ` +
      'they are counted, but their content is lost. Make the file writable, or set `deadLetterFile: false`.';
    return new LoggingError('DEAD_LETTER_FAILED', message, { cause });
  }
}
