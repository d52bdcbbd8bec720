import { LoggingError } from '../../errors';
import { refuseUnknownKeys, requireInteger, requireOneOf } from '../../option-checks';
import type { Sink } from '../../sinks/sink';

/** What can go wrong at a destination. Each lasts until it is repaired. */
export const SINK_FAULTS = [
  /** Nobody is there: connections are refused, the folder cannot be made. */
  'unreachable',
  /** The connection breaks before a batch is taken. */
  'lost-before',
  /** A batch is taken, and the connection breaks before the answer. */
  'lost-after',
  /** A batch is neither taken nor answered. */
  'hanging',
  /** A batch is taken, and answered when the fault is repaired. */
  'late',
  /** A batch is taken and answered, but not at once. */
  'slow',
  /** Only the named records are refused, for now; the others are taken. */
  'partial',
  /** Too much is asked of it: it wants to be left alone for a while. */
  'overloaded',
  /** There is no room. */
  'full',
  /** It answers with an error that nobody has heard of. */
  'unknown',
  /** It refuses the log-in. */
  'credentials',
  /** It takes nothing until a setting is changed. */
  'configuration',
  /** It will never take the named records, says which they are, and takes the others. */
  'poison-named',
  /** It will never take a batch with one of the named records, and does not say why. */
  'poison-unnamed',
  /** It will never take anything again. */
  'closed-for-good',
] as const;

export type SinkFault = (typeof SINK_FAULTS)[number];

/** A sink with a destination of its own, made for one case. */
export interface SinkTarget {
  /** Not opened yet. */
  readonly sink: Sink;
  /** Passwords, tokens, connection strings: what no message may quote. @defaultValue [] */
  readonly secrets?: readonly string[];
  /** The records in the destination, a doubled one twice. Fields may be added to them. Read after the sink was closed. */
  stored(): Promise<readonly { readonly _id: string }[]>;
  /** Ends every fault. */
  repair(): Promise<void>;
  /** Frees the destination, after the sink was closed. */
  stop(): Promise<void>;
}

/** Lets a fault begin; or, as a text, why this destination cannot have it. */
export type FaultEntry<Target extends SinkTarget> = ((target: Target, ids: readonly string[]) => unknown) | string;

/** What the kit needs to know of a sink to test it. */
export interface SinkHarness<Target extends SinkTarget = SinkTarget> {
  /**
   * How often a record may be in the destination after its batch came again: `exactly-once` by `_id`, `at-least-once`
   * (doubled), or `at-most-once` (lost, for destinations that do not answer).
   */
  readonly guarantee: 'exactly-once' | 'at-least-once' | 'at-most-once';
  /** Makes a sink with an empty destination, anew for each case. */
  start(): Promise<Target>;
  /** Every fault, or the reason why it cannot happen. `ids` are those of the records that a fault is about. */
  readonly faults: Readonly<Record<SinkFault, FaultEntry<Target>>>;
  /** When the kit aborts a write that hangs, in milliseconds. @defaultValue 100 */
  readonly deadlineMs?: number;
  /** Longest wait for anything that has to end, in milliseconds. @defaultValue 5000 */
  readonly patienceMs?: number;
}

/** @throws {@link LoggingError} `OPTION_INVALID` for a fault that is neither there nor declared impossible. */
export function checkHarness<Target extends SinkTarget>(harness: SinkHarness<Target>): Required<SinkHarness<Target>> {
  const owner = 'sinkConformance()';
  refuseUnknownKeys(owner, harness, ['guarantee', 'start', 'faults', 'deadlineMs', 'patienceMs']);
  const { deadlineMs = 100, patienceMs = 5_000 } = harness;
  requireOneOf(`${owner} guarantee`, harness.guarantee, ['exactly-once', 'at-least-once', 'at-most-once']);
  requireInteger(`${owner} deadlineMs`, deadlineMs, { min: 1, max: 60_000, unit: 'milliseconds' });
  requireInteger(`${owner} patienceMs`, patienceMs, { min: 1, max: 600_000, unit: 'milliseconds' });
  refuseUnknownKeys(`${owner} faults`, harness.faults, SINK_FAULTS);
  for (const fault of SINK_FAULTS) {
    const entry: unknown = harness.faults[fault];
    if (typeof entry === 'function' || (typeof entry === 'string' && entry.trim() !== '')) continue;
    throw new LoggingError(
      'OPTION_INVALID',
      `${owner} faults["${fault}"] is missing. Give a function that lets it happen, or the reason why it cannot.`,
    );
  }
  const { guarantee, faults } = harness;
  return { guarantee, faults, start: () => harness.start(), deadlineMs, patienceMs };
}
