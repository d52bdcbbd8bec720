import type { Stretch } from '../load/stretches';

const UP: readonly number[] = [0.4, 0.6, 0.8, 1, 1.15, 1.3];
const DOWN = 0.8;
const CALM = 0.4;

/** A stretch of the ramp, told in what the bare application can take. */
export interface Step extends Stretch {
  readonly share: number;
  /** Seconds since the load began. */
  readonly from: number;
  readonly to: number;
}

/** Up in steps to more than the bare application can take, one step down, and calm. */
export function rampOf(capacity: number, stepS: number, calmS: number): readonly Step[] {
  const stretches = [...UP, DOWN].map(share => ({ share, seconds: stepS }));
  let from = 0;
  return [...stretches, { share: CALM, seconds: calmS }].map(({ share, seconds }) => {
    const step = { share, from, to: from + seconds, requestsPerSecond: Math.round(capacity * share) };
    from = step.to;
    return { ...step, durationMs: seconds * 1_000 };
  });
}

/** From the first second with more than the bare application can take until the load is calm again. */
export function overloadOf(ramp: readonly Step[]): { readonly from: number; readonly to: number } {
  return { from: ramp.find(({ share }) => share > 1)!.from, to: ramp.at(-1)!.from };
}
