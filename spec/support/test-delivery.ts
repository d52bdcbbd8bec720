import { Delivery } from '../../src/delivery/delivery';
import { resolveDeliveryOptions, type DeliveryOptions } from '../../src/delivery/delivery-options';
import type { Drop, LaneStats } from '../../src/delivery/lane-stats';
import type { LoggingError } from '../../src/errors';
import type { Sink } from '../../src/sinks/sink';
import type { OpenSpool } from '../../src/delivery/lane-spool';
import { expectConservation } from './conservation';
import { ManualClock } from './manual-clock';
import { RecordingSink } from './recording-sink';
import { packedRecord } from './numbered-records';
import { sampleRecord } from './sample-record';

interface TestDeliverySettings extends DeliveryOptions {
  /** Opens the spool of each lane; `spool` must be given too. */
  readonly openSpool?: OpenSpool;
  readonly sinks?: readonly Sink[];
  readonly onDrop?: (drop: Drop) => void;
  readonly onReport?: (error: LoggingError) => void;
  /** Decides the waits between attempts; 0 makes each the shortest. */
  readonly random?: () => number;
}

/**
 * A delivery on a manual clock, into one recording sink unless told otherwise. Counters are checked at every look, and
 * between all promises that settle.
 */
export function testDelivery(settings: TestDeliverySettings = {}) {
  // Without loss records, unless asked for, what is delivered is what was pushed; and without files.
  const {
    sinks,
    onDrop,
    onReport,
    random = () => 0,
    openSpool,
    lossRecords = false,
    deadLetters = false,
    ...options
  } = settings;
  const sink = new RecordingSink();
  const clock = new ManualClock();
  const reports: LoggingError[] = [];
  const drops: Drop[] = [];
  const violations: unknown[] = [];
  let pushed = 0;

  const delivery = new Delivery(sinks ?? [sink], resolveDeliveryOptions({ ...options, lossRecords, deadLetters }), {
    clock,
    random,
    lossOrigin: { service: sampleRecord().service, expireAfterDays: undefined },
    ...(openSpool && { openSpool }),
    report(error) {
      reports.push(error);
      look();
      onReport?.(error);
    },
    onDrop(drop) {
      drops.push(drop);
      look();
      return onDrop?.(drop);
    },
  });

  clock.betweenPromises = look;

  // What a hook throws never reaches the spec, so it is kept for the next look from outside.
  function look(): void {
    try {
      expectConservation(delivery.stats());
    } catch (violation) {
      violations.push(violation);
    }
  }

  function stats(): Record<string, LaneStats> {
    if (violations.length > 0) throw violations[0];
    const lanes = delivery.stats();
    expectConservation(lanes);
    return lanes;
  }

  return {
    delivery,
    sink,
    clock,
    /** What was reported, in order. */
    reports,
    drops,
    stats,
    /** The counters of one lane. */
    lane: (name = sink.name): LaneStats => stats()[name]!,
    /** Pushes records, numbered on from the last one. */
    push: (count = 1): void => {
      for (let index = 0; index < count; index++) {
        delivery.push(packedRecord(++pushed));
        stats();
      }
    },
  };
}

/** Whether a promise has settled, as far as that shows without waiting. */
export async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const now = new Promise(resolve => setImmediate(resolve, pending));
  return (await Promise.race([promise.then(() => true), now])) !== pending;
}
