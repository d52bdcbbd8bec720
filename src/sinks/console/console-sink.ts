import { LoggingError } from '../../errors';
import { describeValue, refuseUnknownKeys, requireBoolean, requireOneOf, requireText } from '../../option-checks';
import type { AnyRecord } from '../../record/log-record';
import { toNdjsonLine } from '../ndjson';
import { TAKES_PACKED } from '../packed-batches';
import { renderBatch } from '../render-batch';
import { SerialWrites } from '../serial-writes';
import type { Sink } from '../sink';
import { withRecipe } from '../sink-recipe';
import { prettyRecord, type PrettyStyle } from './pretty-record';
import { writeStandardOutputSync } from './write-standard-output-sync';
import { writeToStream } from './write-to-stream';

/** Options of `consoleSink`. */
export interface ConsoleSinkOptions {
  /** Names the sink in counters and messages. @defaultValue 'console' */
  readonly name?: string;
  /**
   * `pretty` for human eyes, `json` for NDJSON, one record a line; `auto` is `pretty` in a terminal and `json` elsewhere.
   *
   * @defaultValue 'auto'
   */
  readonly format?: 'auto' | 'pretty' | 'json';
  /** Print the recorded bodies in the `pretty` format too; `json` always holds the whole record. @defaultValue false */
  readonly bodies?: boolean;
  /**
   * Where to print. It is never ended. A pipe whose reader is slow stops the whole process on Linux and macOS: that is how
   * Node.js writes to the standard streams.
   *
   * @defaultValue process.stdout
   */
  readonly stream?: NodeJS.WritableStream;
}

/**
 * Prints records: coloured lines in a terminal, NDJSON into a pipe. Colours follow `NO_COLOR` and `FORCE_COLOR`.
 * Control characters that a request brought along are printed as `\u001b`, never obeyed.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`.
 * @example
 * createLogging({ sinks: [consoleSink({ bodies: true })] });
 */
export function consoleSink(options: ConsoleSinkOptions = {}): Sink {
  refuseUnknownKeys('consoleSink', options, ['name', 'format', 'bodies', 'stream']);
  const { name = 'console', format = 'auto', bodies = false, stream = process.stdout } = options;
  requireText('consoleSink.name', name);
  requireOneOf('consoleSink.format', format, ['auto', 'pretty', 'json']);
  requireBoolean('consoleSink.bodies', bodies);
  requireWritable('consoleSink.stream', stream);

  const resolved: ResolvedConsoleOptions = {
    name,
    isPretty: format === 'pretty' || (format === 'auto' && isTerminal(stream)),
    style: { bodies, color: hasColors(stream) },
  };
  const sink = printTo(stream, resolved);
  // Another thread has a standard output, too, but does not know what it leads to; of other streams it has none.
  if (stream !== process.stdout) return sink;
  return withRecipe(sink, { target: __filename, export: resolvedConsoleSink.name, options: resolved });
}

interface ResolvedConsoleOptions {
  readonly name: string;
  readonly isPretty: boolean;
  readonly style: PrettyStyle;
}

/** {@link consoleSink} in another thread. */
export function resolvedConsoleSink(options: ResolvedConsoleOptions): Sink {
  const sink = printTo(process.stdout, options);
  // There the stream gives the text to the main thread, which takes nothing any more when the process exits.
  return { ...sink, writeSync: batch => writeStandardOutputSync(renderBatch(batch, rendererOf(options)).text) };
}

function rendererOf({ isPretty, style }: ResolvedConsoleOptions): (record: AnyRecord) => string {
  return isPretty ? record => prettyRecord(record, style) : toNdjsonLine;
}

function printTo(stream: NodeJS.WritableStream, options: ResolvedConsoleOptions): Sink {
  const { name, isPretty } = options;
  const renderRecord = rendererOf(options);
  const writes = new SerialWrites();
  let printed: readonly AnyRecord[] = [];
  return {
    name,
    ...(!isPretty && { [TAKES_PACKED]: true }),
    async write(batch, signal) {
      const { text, rejected } = renderBatch(batch, renderRecord);
      const print = async (): Promise<void> => {
        printed = batch;
        await writeToStream(stream, text).finally(() => (printed = []));
      };
      if (text !== '') await writes.run(print, signal);
      return { rejected };
    },
    writeSync(batch) {
      const left = batch.filter(record => !printed.includes(record));
      // The standard streams take it at once when they are terminals, files or, on Linux, pipes.
      stream.write(renderBatch(left, renderRecord).text);
    },
    close: () => writes.idle(),
  };
}

function isTerminal(stream: NodeJS.WritableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** Terminals know how many colours they have; Node.js looks at `NO_COLOR`, `FORCE_COLOR` and `TERM` for that. */
function hasColors(stream: NodeJS.WritableStream): boolean {
  return 'hasColors' in stream && typeof stream.hasColors === 'function' && stream.hasColors() === true;
}

function requireWritable(option: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && 'write' in value && typeof value.write === 'function') return;
  throw new LoggingError('OPTION_INVALID', `${option} must be a writable stream, got ${describeValue(value)}.`);
}
