import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys, requireInteger } from '../option-checks';

/** The thread that makes and delivers records. */
export interface WorkerOptions {
  /**
   * Most memory that its objects may take, in MiB; a thread that needs more ends and is replaced.
   * @defaultValue what Node.js gives every thread
   */
  readonly maxHeapMiB?: number;
}

/** @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function resolveWorkerOptions(worker: boolean | WorkerOptions): WorkerOptions | false {
  if (typeof worker === 'boolean') return worker && {};
  if (typeof worker !== 'object' || worker === null) {
    throw new LoggingError('OPTION_INVALID', `worker must be true, false or an object, got ${describeValue(worker)}.`);
  }
  refuseUnknownKeys('createLogging({ worker })', worker, ['maxHeapMiB']);
  const { maxHeapMiB } = worker;
  if (maxHeapMiB === undefined) return {};
  requireInteger('worker.maxHeapMiB', maxHeapMiB, { min: 16, max: 1_048_576, unit: 'MiB' });
  return { maxHeapMiB };
}
