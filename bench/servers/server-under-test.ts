import type { RequestSource, Workload } from '../apps/workloads';
import { ClosedLoad, type LoadResult } from '../load/closed-load';
import { type Arrivals, type ArrivalsResult, OpenLoad } from '../load/open-load';
import type { Stretch } from '../load/stretches';
import type { Latency, Measurement } from '../report/measurement';
import { quantileOf } from '../support/statistics';
import { BASELINE, variantOf } from '../variants/variants';
import { Child } from './child';
import type { LongestTurn } from './longest-turn';
import type { Lateness } from './loop-delay';
import type { Health, Holdings, Look, ServerOrders, ServerSettings } from './server-process';

const CONNECTIONS = 16;
// More than a server that keeps up ever uses at once: one that is late for a moment must not hold requests back.
const OPEN_CONNECTIONS = 64;

/** A server process; started once, measured in many rounds. */
export class ServerUnderTest {
  #load: ClosedLoad | undefined;

  private constructor(
    /** In the report. */
    readonly name: string,
    /** Whether each request has to become a record. */
    readonly isRecording: boolean,
    readonly port: number,
    /** From loading its application until it listened, in milliseconds. */
    readonly startMs: number,
    private readonly child: Child<ServerOrders>,
    /** The variant whose process it shares. */
    private readonly beside?: string,
  ) {}

  static async start(settings: ServerSettings, connections = CONNECTIONS): Promise<ServerUnderTest> {
    const { variant, label = variant } = settings;
    const child = Child.start<ServerOrders>(label, 'server-process.js');
    try {
      const { port, startMs } = await child.ask('start', settings);
      const server = new ServerUnderTest(label, variantOf(variant).records, port, startMs, child);
      await server.connect(connections);
      return server;
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  /** The variant and the bare application in one process: what it is that makes one process faster than another is both's. */
  static async startBeside(settings: ServerSettings): Promise<readonly [ServerUnderTest, ServerUnderTest]> {
    const { variant, label = variant } = settings;
    const child = Child.start<ServerOrders>(label, 'server-process.js');
    try {
      const { port, barePort, startMs } = await child.ask('start', { ...settings, withBare: true });
      const bare = new ServerUnderTest(BASELINE, false, barePort!, startMs, child, label);
      const beside = new ServerUnderTest(label, variantOf(variant).records, port, startMs, child);
      await Promise.all([bare.connect(CONNECTIONS), beside.connect(CONNECTIONS)]);
      return [bare, beside];
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  /** Sends with this many connections from now on. */
  async connect(connections: number): Promise<void> {
    this.#load?.close();
    this.#load = await ClosedLoad.open(this.port, connections);
  }

  /**
   * As many requests as the server can take.
   * @throws Error when the server fails or does not answer in time.
   */
  async measure({ name, next }: Workload, requests: number, round: number): Promise<Measurement> {
    await this.child.ask('begin');
    const { elapsedMs } = await this.send(next, requests);
    const use = await this.child.ask('end');
    return { workload: name, variant: this.name, beside: this.beside, round, requests, elapsedMs, ...use };
  }

  /**
   * Response times while requests arrive at a constant rate.
   * @throws Error when a request fails.
   */
  async respond({ name, next }: Workload, stretch: Stretch, round: number): Promise<Latency> {
    const latencies: number[] = [];
    const { failed } = await this.receive(next, {
      stretches: [stretch],
      onAnswer: (_, latencyMs) => latencies.push(latencyMs),
    });
    if (failed > 0) throw new Error(`The server "${this.name}" failed ${failed} requests of ${name}.`);
    await this.flush();
    return {
      workload: name,
      variant: this.name,
      round,
      requestsPerSecond: stretch.requestsPerSecond,
      p50Ms: quantileOf(latencies, 0.5),
      p99Ms: quantileOf(latencies, 0.99),
    };
  }

  /** Requests at constant rates, over connections of their own. */
  async receive(
    next: RequestSource,
    arrivals: Arrivals,
    connections: number = OPEN_CONNECTIONS,
  ): Promise<ArrivalsResult> {
    const load = await OpenLoad.open(this.port, connections);
    try {
      return await load.run(next, arrivals);
    } finally {
      load.close();
    }
  }

  /** The longest turn of the event loop that was not the application's, in a burst of requests. */
  async longestTurn({ next }: Workload, requests: number): Promise<LongestTurn> {
    await this.child.ask('watch');
    await this.send(next, requests);
    return this.child.ask('unwatch');
  }

  /** Sends requests without measuring anything. */
  async send(next: RequestSource, requests: number): Promise<LoadResult> {
    if (!this.#load) throw new Error(`The server "${this.name}" has not started.`);
    return this.#load.run(next, requests);
  }

  /** Memory in use, garbage collected. */
  usedBytes(): Promise<number> {
    return this.child.ask('usedBytes');
  }

  holdings(): Promise<Holdings> {
    return this.child.ask('holdings');
  }

  beginLoopDelay(): Promise<void> {
    return this.child.ask('beginLoopDelay');
  }

  endLoopDelay(): Promise<Lateness> {
    return this.child.ask('endLoopDelay');
  }

  /** Waits until everything logged so far has arrived. */
  flush(): Promise<void> {
    return this.child.ask('flush');
  }

  health(): Promise<Health> {
    return this.child.ask('health');
  }

  look(): Promise<Look> {
    return this.child.ask('look');
  }

  /** Ends the logging and counts its records by the status of the response. */
  stored(): Promise<Readonly<Record<number, number>>> {
    return this.child.ask('stored');
  }

  async close(): Promise<void> {
    this.#load?.close();
    await this.child.close();
  }
}
