import { parentPort, workerData } from 'node:worker_threads';
import { OWN_THREAD, type WorkerStart } from './messages';
import { WorkerSide } from './worker-side';

// The file that `new Worker()` is given.
new WorkerSide((workerData as Readonly<Record<typeof OWN_THREAD, WorkerStart>>)[OWN_THREAD], parentPort!).start();
