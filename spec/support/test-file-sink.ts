import type { LoggingError } from '../../src/errors';
import type { LogRecord } from '../../src/record/log-record';
import { FileSink } from '../../src/sinks/file/file-sink';
import { resolveFileSinkOptions, type FileSinkOptions } from '../../src/sinks/file/file-sink-options';
import type { WriteResult } from '../../src/sinks/sink';

/** A file sink with a clock that moves when told, and what it has reported. */
export class TestFileSink {
  readonly reports: LoggingError[] = [];
  readonly #sink: FileSink;
  #now = Date.parse('2027-03-10T10:15:00.000Z');

  constructor(options: FileSinkOptions & { readonly directory: string }) {
    this.#sink = new FileSink(resolveFileSinkOptions(options), () => this.#now);
  }

  /** Moves the clock to an ISO time. */
  at(time: string): this {
    this.#now = Date.parse(time);
    return this;
  }

  async open(): Promise<this> {
    await this.#sink.open({ report: error => this.reports.push(error) });
    return this;
  }

  write(batch: readonly LogRecord[], signal = new AbortController().signal): Promise<WriteResult> {
    return this.#sink.write(batch, signal);
  }

  writeSync(batch: readonly LogRecord[]): void {
    this.#sink.writeSync(batch);
  }

  close(): Promise<void> {
    return this.#sink.close();
  }
}
