import type { ServerUse } from '../report/measurement';
import { LoopDelay } from './loop-delay';
import { scheduled } from './main-thread';

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
  const ranMs = scheduled()?.ranMs;
  return ranMs === undefined ? null : ranMs * 1_000;
}

/** Measures what this process uses between `begin` and `end`. */
export class UseMeter {
  readonly #loopDelay = new LoopDelay();
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
    this.#loopDelay.begin();
    this.#cpu = process.cpuUsage();
    this.#mainThreadMicros = mainThreadMicros();
  }

  async end(): Promise<ServerUse> {
    const flushStart = performance.now();
    await this.flush();
    const flushMs = performance.now() - flushStart;
    const cpu = process.cpuUsage(this.#cpu);
    const mainThread = mainThreadMicros();
    const { p99Ms: loopDelayP99Ms } = this.#loopDelay.end();
    return {
      cpuMicros: cpu.user + cpu.system,
      mainThreadMicros:
        mainThread === null || this.#mainThreadMicros === null ? null : mainThread - this.#mainThreadMicros,
      loopDelayP99Ms,
      flushMs,
      records: (await this.recorded()) - this.#records,
    };
  }
}
