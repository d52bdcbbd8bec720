/** What a server under test used between `begin` and `end`, records flushed. */
export interface ServerUse {
  /** CPU of the whole process, helper threads of the engine included, in microseconds. */
  readonly cpuMicros: number;
  /** CPU of the main thread alone, in microseconds; `null` where the system does not tell. */
  readonly mainThreadMicros: number | null;
  /** 99th percentile of how late the event loop came to a timer, in milliseconds. */
  readonly loopDelayP99Ms: number;
  /** Wait for the records that were still pending after the last response, in milliseconds. */
  readonly flushMs: number;
  /** Records that reached a sink. */
  readonly records: number;
}

/** One server, one scenario, one round. */
export interface Measurement extends ServerUse {
  readonly scenario: string;
  readonly variant: string;
  readonly round: number;
  readonly requests: number;
  /** From the first request to the last response, in milliseconds. */
  readonly elapsedMs: number;
}
