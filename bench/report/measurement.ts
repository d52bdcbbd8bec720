/** What a server under test used between `begin` and `end`, records flushed. */
export interface ServerUse {
  /** CPU of the whole process, helper threads of the engine included, in microseconds. */
  readonly cpuMicros: number;
  /** CPU of the main thread alone, in microseconds; `null` where the system does not tell. */
  readonly mainThreadMicros: number | null;
  /** How late the event loop came to a timer, in milliseconds. */
  readonly loopDelayP99Ms: number;
  /** Wait for the records that were still pending after the last response, in milliseconds. */
  readonly flushMs: number;
  /** Records that reached their destination. */
  readonly records: number;
}

/** One server, one workload, one round. */
export interface Measurement extends ServerUse {
  readonly workload: string;
  readonly variant: string;
  /** The variant in whose process the bare application was measured, if it was not in one of its own. */
  readonly beside?: string | undefined;
  readonly round: number;
  readonly requests: number;
  /** From the first request to the last response, in milliseconds. */
  readonly elapsedMs: number;
}

/** One server, one workload, one round of requests at a constant rate. */
export interface Latency {
  readonly workload: string;
  readonly variant: string;
  readonly round: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
