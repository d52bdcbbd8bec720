import { appendFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errnoOf, fileFailureReason } from '../files/errno';
import { makeDirectory } from '../files/make-directory';
import type { PackedRecord } from '../record/packed-record';
import type { Clock } from './clock';
import type { DeadLetterOptions } from './dead-letter-options';
import type { LaneReports } from './lane-reports';

/** A record that will never be stored, and why. */
export interface DeadLetter {
  readonly record: PackedRecord;
  readonly reason: string;
}

/** Keeps rejected records of one sink as NDJSON, readable by the owner alone, so that a person can look into them. */
export class DeadLetters {
  /** How many are in the file because of this process. */
  kept = 0;
  readonly #path: string;
  readonly #directory: string;
  #pendingBytes = 0;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: Required<DeadLetterOptions>,
    private readonly sinkName: string,
    private readonly clock: Clock,
    private readonly reports: LaneReports,
  ) {
    this.#directory = resolve(options.directory);
    // A sink can have any name, a file cannot.
    this.#path = join(this.#directory, `${sinkName.replace(/[^\w.-]/g, '_')}-dead-letters.ndjson`);
  }

  /** Never waits and never throws. */
  keep(letters: readonly DeadLetter[]): void {
    const at = this.clock.date().toISOString();
    const lines = letters.map(letter => `${this.#toLine(at, letter)}\n`);
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    // A disk that gives no answer must not fill the memory instead.
    if (this.#pendingBytes + bytes > this.options.maxBytes) return this.#tellFull(letters.length);
    this.#pendingBytes += bytes;
    this.#lastWrite = this.#lastWrite
      .then(() => this.#append(lines, bytes))
      .catch((cause: unknown) => this.#tellFailure(letters.length, cause))
      .finally(() => (this.#pendingBytes -= bytes));
  }

  /** Resolves when all that was to be kept is in the file, or has failed. Never rejects. */
  idle(): Promise<void> {
    return this.#lastWrite;
  }

  async #append(lines: readonly string[], bytes: number): Promise<void> {
    // Asked each time: somebody may have looked into the file and deleted it.
    if ((await sizeOf(this.#path)) + bytes > this.options.maxBytes) return this.#tellFull(lines.length);
    await makeDirectory(this.#directory, 0o700);
    await appendFile(this.#path, lines.join(''), { mode: 0o600 });
    this.kept += lines.length;
  }

  #toLine(at: string, { record, reason }: DeadLetter): string {
    const letter = JSON.stringify({ at, sink: this.sinkName, reason });
    return `${letter.slice(0, -1)},"record":${record.json}}`;
  }

  #tellFull(letters: number): void {
    const { maxBytes } = this.options;
    const why = `the file has reached delivery.deadLetters.maxBytes (${maxBytes})`;
    this.reports.deadLettersLost(letters, `${why}. Look into it and delete it`);
  }

  #tellFailure(letters: number, cause: unknown): void {
    const remedy = 'Make it writable, or set `delivery.deadLetters: false`';
    this.reports.deadLettersLost(letters, `${fileFailureReason(cause)} at ${this.#path}. ${remedy}`);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return 0;
    throw cause;
  }
}
