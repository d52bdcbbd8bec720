import type { Report } from '../errors';
import type { PackedRecord } from '../record/packed-record';
import type { Sink } from '../sinks/sink';
import { callHook } from '../call-hook';
import { systemClock, type Clock } from './clock';
import type { ResolvedDeliveryOptions } from './delivery-options';
import type { OpenSpool } from './lane-spool';
import type { Drop, LaneStats } from './lane-stats';
import type { LossOrigin } from './loss-notes';
import type { QueuedRecord } from './queued-record';
import { SinkLane } from './sink-lane';
import { openSpool } from './spool/open-spool';

/** What a delivery tells its owner, and where it gets time and chance from. */
export interface DeliveryHooks {
  readonly report: Report;
  /** Called for every loss, soon after it was counted; those of a moment and a reason together. */
  readonly onDrop?: (drop: Drop) => void;
  /** Where loss records come from. */
  readonly lossOrigin: LossOrigin;
  /** For `options.spool`. @defaultValue a spool on the disk */
  readonly openSpool?: OpenSpool;
  /** Threads of this process whose spools belong to nobody any more. @defaultValue [] */
  readonly endedThreads?: readonly number[];
  /** @defaultValue the time of this process */
  readonly clock?: Clock;
  /** From 0 to 1, for the waits between attempts. @defaultValue Math.random */
  readonly random?: () => number;
}

function openOnDisk(
  { spool }: ResolvedDeliveryOptions,
  clock: Clock,
  endedThreads: readonly number[] | undefined,
): OpenSpool | undefined {
  return spool ? (sinkName, hooks) => openSpool(spool, { sinkName, clock, hooks, endedThreads }) : undefined;
}

/** Brings every record to every sink, in the background and each sink at its own pace. */
export class Delivery {
  readonly #lanes: ReadonlyMap<string, SinkLane>;
  readonly #clock: Clock;
  #lastSequence = 0;
  #closed: Promise<void> | null = null;

  /** @param sinks each with a name of its own */
  constructor(sinks: readonly Sink[], options: ResolvedDeliveryOptions, hooks: DeliveryHooks) {
    const { report, onDrop, clock = systemClock, random = Math.random, lossOrigin } = hooks;
    const open = hooks.openSpool ?? openOnDisk(options, clock, hooks.endedThreads);
    this.#clock = clock;
    // Whoever hears of failures may fail too; there is nobody left to report that to.
    const safeReport: Report = error =>
      callHook(
        () => report(error),
        () => {},
      );
    const lanes = new Map<string, SinkLane>();
    for (const sink of sinks) {
      const context = { options, clock, random, report: safeReport, onDrop, lossOrigin, openSpool: open };
      lanes.set(sink.name, new SinkLane(sink, context));
    }
    this.#lanes = lanes;
  }

  /** Opens the sinks, in the background. Without it each is opened for its first record. */
  open(): void {
    for (const lane of this.#lanes.values()) lane.open();
  }

  /** Takes a record for every sink. Never throws and never waits. */
  push(record: PackedRecord): void {
    const pushedAt = Math.floor(this.#clock.now());
    const entry: QueuedRecord = { record, sequence: ++this.#lastSequence, pushedAt };
    for (const lane of this.#lanes.values()) lane.push(entry);
  }

  /**
   * Resolves when every record that was pushed before this call is delivered or dropped, in every lane. While a sink is
   * down that can take as long as it is down; {@link close} has a deadline.
   */
  async flush(): Promise<void> {
    const upTo = this.#lastSequence;
    await this.#keepAliveUntil(Promise.all([...this.#lanes.values()].map(lane => lane.flush(upTo))));
  }

  /**
   * Takes no more records, delivers what is pending until the deadline, leaves the rest to the spools or drops it, and
   * closes the sinks. Further calls wait for the first.
   * @param deadlineMs longest wait for what is pending, in milliseconds
   */
  close({ deadlineMs = 5_000 }: { readonly deadlineMs?: number } = {}): Promise<void> {
    return (this.#closed ??= this.#closeLanes(deadlineMs));
  }

  /**
   * Ends all delivery at once and puts what is pending into the spools, on the disk before it returns: for the last
   * moment of a process. Without a spool it is dropped.
   */
  spillSync(): void {
    for (const lane of this.#lanes.values()) lane.spillSync();
  }

  /** Counters by the name of the sink. */
  stats(): Record<string, LaneStats> {
    return Object.fromEntries(Array.from(this.#lanes, ([name, lane]) => [name, lane.stats()]));
  }

  async #closeLanes(deadlineMs: number): Promise<void> {
    const lanes = [...this.#lanes.values()];
    const deadline = this.#clock.now() + deadlineMs;
    const cancel = this.#clock.setTimer(() => lanes.forEach(lane => lane.giveUp()), deadlineMs);
    await this.#keepAliveUntil(Promise.all(lanes.map(lane => lane.close(deadline))));
    cancel();
  }

  /** The timers of delivery do not keep the process alive; a caller that waits for delivery does. */
  async #keepAliveUntil(done: Promise<unknown>): Promise<void> {
    const release = this.#clock.keepAlive();
    try {
      await done;
    } finally {
      release();
    }
  }
}
