import type { Context } from 'koa';
import type { ErrorHandlerSource } from './capture/error-handlers';
import type { LoadSheddingOptions } from './capture/load-shedder';
import type { UnmatchedPolicy } from './capture/selection';
import type { Attributes } from './capture/attributes';
import type { Identity, ResponseEvent } from './capture/take-snapshot';
import { checkSelection, SELECTION_KEYS, type SelectionOptions } from './decorators/selection-options';
import {
  type DeliveryOptions,
  type ResolvedDeliveryOptions,
  resolveDeliveryOptions,
} from './delivery/delivery-options';
import type { Drop } from './delivery/lane-stats';
import { LoggingError, type Report } from './errors';
import { areRecordsForbidden } from './forbid-records';
import {
  describeValue,
  refuseUnknownKeys,
  requireBoolean,
  requireFunction,
  requireInteger,
  requireOneOf,
  requireText,
} from './option-checks';
import type { LogRecord, ServiceInfo } from './record/log-record';
import { type RedactOptions, type ResolvedRedactOptions, resolveRedactOptions } from './redact/redact-options';
import { resolveService, type ServiceOptions } from './service';
import { fileSink } from './sinks/file/file-sink';
import type { Sink } from './sinks/sink';
import { isOwnThread, workerFile } from './worker/own-thread';
import { resolveWorkerOptions, type WorkerOptions } from './worker/worker-options';

/** Options of `createLogging`; every one may be left out. Selection rules given here hold where `@Logged` says nothing. */
export interface LoggingOptions extends SelectionOptions {
  /** A string is the service's name. */
  readonly service?: string | ServiceOptions;
  /** `false` records nothing; errors are answered as before. @defaultValue true */
  readonly enabled?: boolean;
  /** Where records go. @defaultValue [fileSink()] */
  readonly sinks?: readonly Sink[];
  /**
   * Who made the request; called after the response. When it throws, the record's `user` is null.
   * @defaultValue none: `user` is null
   */
  readonly identify?: (context: Context) => Identity | null | undefined;
  /** Classes with `@HandleError` methods, instances of such, or pairs `[ErrorClass, handler]`. @defaultValue [] */
  readonly errorHandlers?: readonly ErrorHandlerSource[];
  /** What is redacted besides what `@Sensitive` marks, and with which keys. @defaultValue {} */
  readonly redact?: RedactOptions;
  /** How records travel to the sinks: batches, queues, retries, spool. @defaultValue {} */
  readonly delivery?: DeliveryOptions;
  /**
   * Requests that reach no logged action: record failures, all of them (by `sample`, like the others) or none.
   * @defaultValue 'errors'
   */
  readonly unmatched?: UnmatchedPolicy;
  /** Longest body that is recorded, in bytes, from 0 to 4194304. @defaultValue 65536 (64 KiB) */
  readonly maxBodyBytes?: number;
  /** Header that carries the request id in and out, in any case; `false` for none. @defaultValue 'x-request-id' */
  readonly requestIdHeader?: string | false;
  /** How long a closed response waits for its handler, in milliseconds. @defaultValue 30000 */
  readonly handlerWaitMs?: number;
  /** Most closed exchanges waiting to become records; more are dropped and counted. @defaultValue 10000 */
  readonly maxPendingExchanges?: number;
  /**
   * Most bytes of closed exchanges waiting to become records, estimated by the texts of their bodies; more are dropped
   * and counted. @defaultValue 67108864 (64 MiB)
   */
  readonly maxPendingBytes?: number;
  /**
   * While the event loop is late and records have a part in that, fewer successful requests are recorded; their
   * `sampleWeight` makes up for the others. `false` records all, however late it is.
   * @defaultValue { maxEventLoopDelayMs: 50 }
   */
  readonly loadShedding?: LoadSheddingOptions | false;
  /**
   * `true`, or options: redaction, encoding and delivery run in a thread of their own, and the application's thread only
   * takes notes. `onRecord` is refused with it, and sinks that are objects stay in the application's thread.
   * @defaultValue false
   */
  readonly worker?: boolean | WorkerOptions;
  /** Called when a request arrives, before it is handled: keep it short. What it returns goes into `attributes`. @defaultValue none */
  readonly onRequest?: (context: Context) => Attributes | void;
  /** Called after the response was closed. What it returns goes into `attributes`. @defaultValue none */
  readonly onResponse?: (event: ResponseEvent) => Attributes | void;
  /** Called with a copy of every record before it is delivered. What it returns goes into `attributes`. @defaultValue none */
  readonly onRecord?: (record: LogRecord) => Attributes | void;
  /**
   * Called with run-time problems: lasting ones once, those that come and go at most once a minute.
   * @defaultValue `process.emitWarning`
   */
  readonly onError?: Report;
  /** Called soon after records were lost, once for each sink and reason. @defaultValue none */
  readonly onDrop?: (drop: Drop) => void;
}

/** Options complete and checked. */
export interface ResolvedOptions {
  readonly service: ServiceInfo;
  readonly enabled: boolean;
  readonly sinks: readonly Sink[];
  readonly selection: SelectionOptions;
  readonly redact: ResolvedRedactOptions;
  readonly delivery: ResolvedDeliveryOptions;
  readonly unmatched: UnmatchedPolicy;
  readonly maxBodyBytes: number;
  readonly requestIdHeader: string | false;
  readonly handlerWaitMs: number;
  readonly maxPendingExchanges: number;
  readonly maxPendingBytes: number;
  readonly loadShedding: Required<LoadSheddingOptions> | false;
  readonly worker: WorkerOptions | false;
  readonly errorHandlers: readonly ErrorHandlerSource[];
  readonly hooks: Pick<LoggingOptions, 'identify' | 'onRequest' | 'onResponse' | 'onRecord' | 'onError' | 'onDrop'>;
}

const HOOK_KEYS = ['identify', 'onRequest', 'onResponse', 'onRecord', 'onError', 'onDrop'] as const;
const KEYS: readonly (keyof LoggingOptions)[] = [
  ...SELECTION_KEYS,
  ...HOOK_KEYS,
  'service',
  'enabled',
  'sinks',
  'errorHandlers',
  'redact',
  'delivery',
  'unmatched',
  'maxBodyBytes',
  'requestIdHeader',
  'handlerWaitMs',
  'maxPendingExchanges',
  'maxPendingBytes',
  'loadShedding',
  'worker',
];

function checkSinks(sinks: readonly Sink[]): void {
  if (!Array.isArray(sinks) || sinks.length === 0) {
    throw new LoggingError(
      'OPTION_INVALID',
      'sinks must be an array of at least one sink. Leave it out for files in ./.logged, or pass { enabled: false } ' +
        'to record nothing.',
    );
  }
  const names = new Set<string>();
  for (const [place, sink] of sinks.entries()) {
    if (typeof sink?.write !== 'function' || typeof sink.name !== 'string' || sink.name === '') {
      throw new LoggingError(
        'OPTION_INVALID',
        `sinks[${place}] must be a sink (an object with a name and a write function), got ${describeValue(sink)}. ` +
          'Sinks are made by calling their function: fileSink(), mongoSink({ … }).',
      );
    }
    if (names.has(sink.name)) {
      throw new LoggingError(
        'OPTION_INVALID',
        `sinks[${place}] is a second sink named "${sink.name}". Give one of them another name: fileSink({ name: 'archive' }).`,
      );
    }
    names.add(sink.name);
  }
}

/** An id in their place would break the response, or the connection. */
const TAKEN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'location',
  'set-cookie',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function resolveRequestIdHeader(header: string | false = 'x-request-id'): string | false {
  if (header === false) return false;
  requireText('requestIdHeader', header);
  const name = header.toLowerCase();
  if (/^[a-z\d-]+$/.test(name) && !TAKEN_HEADERS.has(name)) return name;
  throw new LoggingError(
    'OPTION_INVALID',
    'requestIdHeader must be the name of a header that means nothing else to HTTP, such as "x-request-id", or false; ' +
      `got ${describeValue(header)}.`,
  );
}

function resolveLoadShedding(options: LoadSheddingOptions | false = {}): Required<LoadSheddingOptions> | false {
  if (options === false) return false;
  refuseUnknownKeys('createLogging({ loadShedding })', options, ['maxEventLoopDelayMs']);
  const { maxEventLoopDelayMs = 50 } = options;
  requireInteger('loadShedding.maxEventLoopDelayMs', maxEventLoopDelayMs, {
    min: 1,
    max: 60_000,
    unit: 'milliseconds',
  });
  return { maxEventLoopDelayMs };
}

function resolveWorker({ worker = false, onRecord }: LoggingOptions): WorkerOptions | false {
  const resolved = resolveWorkerOptions(worker);
  if (resolved === false) return false;
  if (onRecord) {
    throw new LoggingError(
      'OPTION_INVALID',
      'onRecord cannot be given together with worker: records are made in the worker, where functions of the ' +
        'application cannot go. Use onResponse or annotate(), or leave worker out.',
    );
  }
  workerFile();
  return resolved;
}

/** The picked keys that have a value. */
function pick<Key extends keyof LoggingOptions>(
  options: LoggingOptions,
  keys: readonly Key[],
): Pick<LoggingOptions, Key> {
  return Object.fromEntries(keys.filter(key => options[key] !== undefined).map(key => [key, options[key]])) as Pick<
    LoggingOptions,
    Key
  >;
}

/**
 * Fills in the defaults and checks every value, once, before the first request.
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option and the remedy.
 */
export function resolveOptions(options: LoggingOptions): ResolvedOptions {
  refuseUnknownKeys('createLogging()', options, KEYS);
  checkSelection('', options);
  for (const key of HOOK_KEYS) if (options[key] !== undefined) requireFunction(key, options[key]);
  const {
    enabled: isWanted = true,
    unmatched = 'errors',
    maxBodyBytes = 65_536,
    handlerWaitMs = 30_000,
    maxPendingExchanges = 10_000,
    maxPendingBytes = 64 * 1024 ** 2,
    errorHandlers = [],
  } = options;
  requireBoolean('enabled', isWanted);
  requireOneOf('unmatched', unmatched, ['errors', 'all', 'none']);
  requireInteger('maxBodyBytes', maxBodyBytes, { min: 0, max: 4_194_304, unit: 'bytes' });
  requireInteger('handlerWaitMs', handlerWaitMs, { min: 0, max: 600_000, unit: 'milliseconds' });
  requireInteger('maxPendingExchanges', maxPendingExchanges, { min: 1, max: 1_000_000 });
  requireInteger('maxPendingBytes', maxPendingBytes, { min: 1, max: 64 * 1024 ** 3, unit: 'bytes' });
  if (!Array.isArray(errorHandlers)) {
    throw new LoggingError('OPTION_INVALID', `errorHandlers must be an array, got ${describeValue(errorHandlers)}.`);
  }
  if (options.sinks !== undefined) checkSinks(options.sinks);
  const enabled = isWanted && !areRecordsForbidden() && !isOwnThread();
  return {
    service: resolveService(options.service),
    enabled,
    sinks: enabled ? (options.sinks ?? [fileSink()]) : [],
    selection: pick(options, SELECTION_KEYS),
    redact: resolveRedactOptions(options.redact),
    delivery: resolveDeliveryOptions(options.delivery),
    unmatched,
    maxBodyBytes,
    requestIdHeader: resolveRequestIdHeader(options.requestIdHeader),
    handlerWaitMs,
    maxPendingExchanges,
    maxPendingBytes,
    loadShedding: resolveLoadShedding(options.loadShedding),
    worker: resolveWorker(options),
    errorHandlers,
    hooks: pick(options, HOOK_KEYS),
  };
}
