import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { Load, type LoadResult } from './load';
import type { Measurement } from './measurement';
import type { Answer, Order } from './messages';
import type { Scenario } from './scenarios';
import type { Variant } from './variants';

const CONNECTIONS = 16;
const ANSWER_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 5_000;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** A server process and the connections to it; started once, measured in many rounds. */
export class ServerUnderTest {
  #load: Load | undefined;
  #waiting: Waiting | undefined;

  private constructor(
    readonly variant: Variant,
    private readonly child: ChildProcess,
  ) {
    child.on('message', answer => this.#settle(({ resolve }) => resolve(answer as Answer)));
    child.on('error', error => this.#settle(({ reject }) => reject(error)));
    child.on('exit', code => {
      this.#settle(({ reject }) => reject(new Error(`The server "${variant}" ended with code ${code}.`)));
    });
  }

  static async start(variant: Variant): Promise<ServerUnderTest> {
    const child = fork(join(__dirname, 'server-process.js'), [variant]);
    const server = new ServerUnderTest(variant, child);
    try {
      const answer = await server.#answer('listening');
      server.#load = await Load.open(answer.port, CONNECTIONS);
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  /** @throws Error when the server fails or does not answer in time. */
  async measure(scenario: Scenario, requests: number, round: number): Promise<Measurement> {
    await this.#ask('begin', 'begun');
    const { elapsedMs } = await this.#run(scenario, requests);
    const { use } = await this.#ask('end', 'used');
    return { scenario: scenario.name, variant: this.variant, round, requests, elapsedMs, ...use };
  }

  /** Length of a response body of the scenario. */
  async responseBytes(scenario: Scenario): Promise<number> {
    return (await this.#run(scenario, 1)).responseBytes;
  }

  async close(): Promise<void> {
    this.#load?.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    const timer = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    this.#tell('close');
    await ended;
    clearTimeout(timer);
  }

  async #run(scenario: Scenario, requests: number): Promise<LoadResult> {
    if (!this.#load) throw new Error(`The server "${this.variant}" has not started.`);
    try {
      return await within(ANSWER_TIMEOUT_MS, 'The load', this.#load.run(scenario.requestText, requests));
    } catch (cause) {
      throw new Error(`The server "${this.variant}" did not answer all of ${scenario.name}.`, { cause });
    }
  }

  #ask<Kind extends Answer['kind']>(order: Order, kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    const answered = this.#answer(kind);
    this.#tell(order);
    return answered;
  }

  #tell(order: Order): void {
    // A process that is gone already is told by its 'exit' event.
    this.child.send(order, () => {});
  }

  async #answer<Kind extends Answer['kind']>(kind: Kind): Promise<Extract<Answer, { kind: Kind }>> {
    const answered = new Promise<Answer>((resolve, reject) => (this.#waiting = { resolve, reject }));
    const answer = await within(ANSWER_TIMEOUT_MS, `The server "${this.variant}"`, answered);
    if (answer.kind !== kind) throw new Error(`The server "${this.variant}" answered "${answer.kind}", not "${kind}".`);
    return answer as Extract<Answer, { kind: Kind }>;
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) how(waiting);
  }
}

async function within<Value>(timeoutMs: number, name: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not finish within ${timeoutMs / 1_000} s.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
