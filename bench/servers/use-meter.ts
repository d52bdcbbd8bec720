import { readFileSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ServerUse } from '../report/measurement';

const TIMER_MS = 1;

type ThreadCpuUsage = () => { readonly user: number; readonly system: number };

/**
 * CPU time of the main thread so far. Node tells it from version 23.9 on; before that, Linux does. The system's figure
 * is some milliseconds old unless `process.cpuUsage()` was asked just before.
 */
function mainThreadMicros(): number | null {
  const { threadCpuUsage } = process as { threadCpuUsage?: ThreadCpuUsage };
  if (threadCpuUsage) {
    const { user, system } = threadCpuUsage.call(process);
    return user + system;
  }
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1_000;
  } catch {
    return null;
  }
}

/** Measures what this process uses between `begin` and `end`. */
export class UseMeter {
  readonly #loopDelay: IntervalHistogram = monitorEventLoopDelay({ resolution: TIMER_MS });
  #cpu = process.cpuUsage();
  #mainThreadMicros = mainThreadMicros();
  #records = 0;

  /**
   * @param flush waits until all records are delivered
   * @param recorded records delivered so far
   */
  constructor(
    private readonly flush: () => Promise<void>,
    private readonly recorded: () => number | Promise<number>,
  ) {}

  async begin(): Promise<void> {
    this.#records = await this.recorded();
    this.#loopDelay.reset();
    this.#loopDelay.enable();
    this.#cpu = process.cpuUsage();
    this.#mainThreadMicros = mainThreadMicros();
  }

  async end(): Promise<ServerUse> {
    const flushStart = performance.now();
    await this.flush();
    const flushMs = performance.now() - flushStart;
    const cpu = process.cpuUsage(this.#cpu);
    const mainThread = mainThreadMicros();
    this.#loopDelay.disable();
    return {
      cpuMicros: cpu.user + cpu.system,
      mainThreadMicros:
        mainThread === null || this.#mainThreadMicros === null ? null : mainThread - this.#mainThreadMicros,
      loopDelayP99Ms: Math.max(0, this.#loopDelay.percentile(99) / 1e6 - TIMER_MS),
      loopDelayMaxMs: Math.max(0, this.#loopDelay.max / 1e6 - TIMER_MS),
      flushMs,
      records: (await this.recorded()) - this.#records,
    };
  }
}
