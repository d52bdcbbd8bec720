import { channel } from 'node:diagnostics_channel';
import type { CircuitState } from './circuit';
import type { Drop } from './lane-stats';

/** Published on `logged-controllers:batch` after each write. */
export interface BatchEvent {
  readonly sink: string;
  readonly records: number;
  readonly durationMs: number;
  /** `refused`: the sink can never take this batch as it is. `failed`: it will be written again. */
  readonly outcome: 'stored' | 'refused' | 'failed';
  /** Records of it that the sink can never take. */
  readonly rejected: number;
  /** What the sink said, when it did not store the batch. */
  readonly reason: string | null;
}

/** Published on `logged-controllers:state` when something of it changes. */
export interface StateEvent {
  readonly sink: string;
  readonly circuit: CircuitState;
  /** The sink waits for somebody to change its settings. */
  readonly isPaused: boolean;
  /** Records lie on the disk alone. */
  readonly isSpooling: boolean;
}

const batches = channel('logged-controllers:batch');
const drops = channel('logged-controllers:drop');
const states = channel('logged-controllers:state');

// Composed only when somebody listens. What a subscriber throws is Node's to report: it never comes back here.

export function publishBatch(compose: () => BatchEvent): void {
  if (batches.hasSubscribers) batches.publish(compose());
}

/** Published on `logged-controllers:drop`, with what `onDrop` gets. */
export function publishDrop(drop: Drop): void {
  if (drops.hasSubscribers) drops.publish(drop);
}

export function publishState(compose: () => StateEvent): void {
  if (states.hasSubscribers) states.publish(compose());
}
