import { quantileOf } from '../support/statistics';
import type { Workload } from '../apps/workloads';
import { ClosedLoad } from '../load/closed-load';
import { OpenLoad } from '../load/open-load';
import type { Latency, Measurement } from '../report/measurement';
import type { VariantName } from '../variants/variants';
import { Child } from './child';
import type { ServerOrders, ServerSettings } from './server-process';

const CONNECTIONS = 16;
// More than a server that keeps up ever uses at once: one that is late for a moment must not hold requests back.
const OPEN_CONNECTIONS = 64;

/** A server process; started once, measured in many rounds. */
export class ServerUnderTest {
  private constructor(
    readonly variant: VariantName,
    readonly port: number,
    /** From loading its controllers until it listened, in milliseconds. */
    readonly startMs: number,
    private readonly child: Child<ServerOrders>,
    private readonly load: ClosedLoad,
  ) {}

  static async start(settings: ServerSettings, connections = CONNECTIONS): Promise<ServerUnderTest> {
    const child = Child.start<ServerOrders>(settings.variant, 'server-process.js');
    try {
      const { port, startMs } = await child.ask('start', settings);
      const load = await ClosedLoad.open(port, connections);
      return new ServerUnderTest(settings.variant, port, startMs, child, load);
    } catch (error) {
      await child.close();
      throw error;
    }
  }

  /**
   * As many requests as the server can take.
   * @throws Error when the server fails or does not answer in time.
   */
  async measure({ name, next }: Workload, requests: number, round: number): Promise<Measurement> {
    await this.child.ask('begin');
    const { elapsedMs } = await this.load.run(next, requests);
    const use = await this.child.ask('end');
    return { workload: name, variant: this.variant, round, requests, elapsedMs, ...use };
  }

  /**
   * Response times while requests arrive at a constant rate.
   * @throws Error when a request fails.
   */
  async respond(
    { name, next }: Workload,
    arrivals: { readonly requestsPerSecond: number; readonly durationMs: number },
    round: number,
  ): Promise<Latency> {
    const load = await OpenLoad.open(this.port, OPEN_CONNECTIONS);
    const latencies: number[] = [];
    const { failed } = await load.run(next, { ...arrivals, onAnswer: (_, latencyMs) => latencies.push(latencyMs) });
    load.close();
    if (failed > 0) throw new Error(`The server "${this.variant}" failed ${failed} requests of ${name}.`);
    await this.child.ask('end');
    return {
      workload: name,
      variant: this.variant,
      round,
      requestsPerSecond: arrivals.requestsPerSecond,
      p50Ms: quantileOf(latencies, 0.5),
      p99Ms: quantileOf(latencies, 0.99),
    };
  }

  /** Length of a response body. */
  async responseBytes({ next }: Workload): Promise<number> {
    return (await this.load.run(next, 1)).responseBytes;
  }

  async close(): Promise<void> {
    this.load.close();
    await this.child.close();
  }
}
