import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type { Sink } from '../../src';

/** What the gate of a {@link gatedSink} lets its worker do next. */
export const GATE = { open: 0, shut: 1, busy: 2, throwing: 3, exiting: 4, leaking: 5 } as const;

export interface GatedSinkOptions {
  readonly name?: string;
  /** Takes the ids of the stored records, a line each, with the thread that stored them. */
  readonly file: string;
  /** Shared with the spec, which may change what happens while the worker is blocked. */
  readonly gate: Int32Array;
}

/** A sink for workers that does what the gate says: stores, does not get on, blocks its thread, or ends it. Elsewhere it stores. */
export function gatedSink({ name = 'gated', file, gate }: GatedSinkOptions): Sink {
  return {
    name,
    async write(batch) {
      if (!isMainThread) await pass(gate);
      appendFileSync(file, batch.map(({ _id }) => `${_id} ${isMainThread ? 'here' : 'worker'}\n`).join(''));
    },
  };
}

async function pass(gate: Int32Array): Promise<void> {
  Atomics.add(gate, 1, 1);
  while (Atomics.load(gate, 0) === GATE.busy) await setTimeout(1);
  Atomics.wait(gate, 0, GATE.shut);
  switch (Atomics.load(gate, 0)) {
    case GATE.open:
      return;
    case GATE.throwing:
      setImmediate(() => {
        throw new TypeError('canary in an uncaught error');
      });
      break;
    case GATE.exiting:
      return process.exit(3);
    case GATE.leaking: {
      const kept: unknown[] = [];
      setImmediate(() => {
        for (;;) kept.push(Array.from({ length: 10_000 }, () => ({})));
      });
    }
  }
  await new Promise(() => {});
}

/** The spec's side of a gate. */
export class Gate {
  readonly array = new Int32Array(new SharedArrayBuffer(8));

  /** How often a worker came to it. */
  get visits(): number {
    return Atomics.load(this.array, 1);
  }

  set(state: (typeof GATE)[keyof typeof GATE]): void {
    Atomics.store(this.array, 0, state);
    Atomics.notify(this.array, 0);
  }
}
