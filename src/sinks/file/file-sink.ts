import { LoggingError, SinkError, type Report } from '../../errors';
import type { AnyRecord } from '../../record/log-record';
import { toNdjsonLine } from '../ndjson';
import { TAKES_PACKED } from '../packed-batches';
import { renderBatch } from '../render-batch';
import { SerialWrites } from '../serial-writes';
import type { Sink, SinkContext, WriteResult } from '../sink';
import { withRecipe } from '../sink-recipe';
import { ArchiveUpkeep } from './archive-upkeep';
import { explainFileFailure } from './file-failure';
import { resolveFileSinkOptions, type FileSinkOptions, type ResolvedFileSinkOptions } from './file-sink-options';
import { RotatingFile } from './rotating-file';

const UPKEEP_INTERVAL_MS = 3_600_000;

/**
 * Writes records to rotating NDJSON files, one record a line: the default destination, with nothing to install.
 *
 * A batch counts as written when the operating system has taken all of it. After a failure in the middle of a batch the
 * part that was written is taken back, so that the retry stores nothing twice. Rotated files are compressed and deleted
 * in the background.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`.
 * @example
 * createLogging({ sinks: [fileSink({ directory: '/var/log/shop', maxAgeDays: 14 })] });
 */
export function fileSink(options: FileSinkOptions = {}): Sink {
  const resolved = resolveFileSinkOptions(options);
  return withRecipe(new FileSink(resolved, Date.now), { target: __filename, export: fileSink.name, options: resolved });
}

/** {@link fileSink} with its clock as a parameter. */
export class FileSink implements Sink {
  readonly [TAKES_PACKED] = true;
  readonly name: string;
  readonly #directory: string;
  readonly #file: RotatingFile;
  readonly #upkeep: ArchiveUpkeep;
  readonly #writes = new SerialWrites();
  /** Parts that fail at the moment: each failure is reported once, until the part has worked again. */
  readonly #failing = new Set<string>();
  #report: Report = () => undefined;
  #upkeepTimer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;
  /** What is being appended. */
  #underWay: readonly AnyRecord[] = [];

  constructor(options: ResolvedFileSinkOptions, now: () => number) {
    this.name = options.name;
    this.#directory = options.directory;
    this.#file = new RotatingFile(options, now, failure => this.#reportLate(failure));
    this.#upkeep = new ArchiveUpkeep(options, now, failure => this.#note('Compressing or deleting rotated', failure));
  }

  async open({ report }: SinkContext): Promise<void> {
    this.#report = report;
    try {
      await this.#writes.run(() => this.#file.prepare());
    } catch (cause) {
      throw this.#refusal(cause);
    }
    // It may have been closed meanwhile.
    if (this.#closed) return;
    this.#upkeep.start();
    // Records have to go after their time even when no request comes in any more.
    this.#upkeepTimer ??= setInterval(() => this.#keepUp(), UPKEEP_INTERVAL_MS).unref();
  }

  async write(batch: readonly AnyRecord[], signal: AbortSignal): Promise<WriteResult> {
    const { text, rejected } = renderBatch(batch, toNdjsonLine);
    if (text !== '') await this.#writes.run(() => this.#appendBatch(batch, Buffer.from(text)), signal);
    return { rejected };
  }

  writeSync(batch: readonly AnyRecord[]): void {
    // The operating system finishes what it was given before the process ends.
    const written = new Set(this.#file.isHandedOver ? this.#underWay : []);
    const { text } = renderBatch(
      batch.filter(record => !written.has(record)),
      toNdjsonLine,
    );
    if (text !== '') this.#file.appendSync(Buffer.from(text));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    clearInterval(this.#upkeepTimer);
    await this.#writes.idle();
    await this.#file.close();
    await this.#upkeep.stop();
  }

  async #appendBatch(batch: readonly AnyRecord[], lines: Buffer): Promise<void> {
    this.#underWay = batch;
    try {
      await this.#append(lines);
    } finally {
      this.#underWay = [];
    }
  }

  async #append(lines: Buffer): Promise<void> {
    await this.#rotateIfDue(lines.length);
    try {
      await this.#file.append(lines);
    } catch (cause) {
      throw this.#refusal(cause);
    }
  }

  #keepUp(): void {
    void this.#writes.run(() => this.#rotateIfDue(0)).then(() => this.#upkeep.start());
  }

  /** Never rejects: a file that grows too large is better than records that are not written. */
  async #rotateIfDue(nextBytes: number): Promise<void> {
    try {
      if (await this.#file.rotateIfDue(nextBytes)) this.#upkeep.start();
      this.#note('Rotating the', undefined);
    } catch (cause) {
      this.#note('Rotating the', cause);
    }
  }

  #note(part: string, failure: unknown): void {
    if (failure === undefined) {
      this.#failing.delete(part);
      return;
    }
    if (this.#failing.has(part)) return;
    this.#failing.add(part);
    this.#report(
      new LoggingError(
        'ROTATION_FAILED',
        `${part} files of sink "${this.name}" in ${this.#directory} failed: ${explainFileFailure(failure)} It is tried again.`,
        { cause: failure },
      ),
    );
  }

  /** A network share may tell of a full disk only when the file is closed. */
  #reportLate(failure: unknown): void {
    const reason = `could not be closed: ${explainFileFailure(failure)}`;
    const message = `The file ${this.#file.path} ${reason} The records that it took last may be missing.`;
    this.#report(new LoggingError('SINK_WRITE_FAILED', message, { cause: failure }));
  }

  #refusal(cause: unknown): SinkError {
    return new SinkError(`The file ${this.#file.path} cannot be written: ${explainFileFailure(cause)}`, {
      retryable: true,
      cause,
    });
  }
}
