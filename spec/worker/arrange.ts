import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Get, JsonController, Param } from 'routing-controllers';
import { Logged, type LoggingOptions, type LoggingStats, moduleSink } from '../../src';
import { Gate, GATE } from '../support/gated-sink';
import { type TestApp, testApp, until } from '../support/test-app';

@Logged()
@JsonController('/things')
export class ThingsController {
  @Get('/:id') one(@Param('id') id: string) {
    return { id };
  }
}

/** An application whose worker stores records by a gated sink. */
export class GatedApp {
  readonly gate = new Gate();
  #directory = '';
  app!: TestApp;

  async start(options: LoggingOptions = {}): Promise<this> {
    this.#directory = await mkdtemp(join(tmpdir(), 'logged-worker-'));
    const sinkOptions = { file: this.#file, gate: this.gate.array };
    const target = require.resolve('../support/gated-sink');
    this.app = await testApp()
      .controllers(ThingsController)
      .logging({
        worker: true,
        sinks: [moduleSink({ target, export: 'gatedSink', options: sinkOptions })],
        delivery: { maxDelayMs: 1 },
        ...options,
      })
      .start();
    return this;
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Shuts the gate and waits until the worker stands before it, with one record in hand. */
  async block(): Promise<void> {
    const { visits } = this.gate;
    this.gate.set(GATE.shut);
    await this.request(1);
    await until(() => this.gate.visits > visits);
  }

  async request(times: number): Promise<void> {
    for (let at = 0; at < times; at++) expect((await this.app.get(`/things/${at}`)).status).to.equal(200);
  }

  get stats(): LoggingStats {
    return this.app.logging.stats();
  }

  get lane(): LoggingStats['sinks'][string] {
    return this.stats.sinks['gated']!;
  }

  /** Lines of id and thread. */
  get stored(): readonly string[] {
    return readFileSync(this.#file, 'utf8').split('\n').filter(Boolean);
  }

  get #file(): string {
    return join(this.#directory, 'stored');
  }
}

/** Nothing is lost without being counted, from request to record and from record to sink. */
export function expectConservation({ exchanges, sinks }: LoggingStats): void {
  const { seen, open, pending, recorded, notSelected, dropped } = exchanges;
  const { overloaded, shed, failed, closed } = dropped;
  expect(open + pending + recorded + notSelected + overloaded + shed + failed + closed).to.equal(seen);
  for (const { accepted, delivered, queued, spooled, inFlight, dropped: lost } of Object.values(sinks)) {
    const losses = Object.values(lost).reduce((sum, count) => sum + count, 0);
    expect(delivered + queued + spooled + inFlight + losses).to.equal(accepted);
  }
}
