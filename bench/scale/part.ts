import type { Plot, Table, Target } from '../report/report';

export interface ScaleFlags {
  readonly rounds: number;
  readonly requests: number;
  readonly 'start-ups': number;
}

/** What one part of the bench found out. */
export interface PartResult {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  readonly plots: readonly Plot[];
  readonly figures: unknown;
}

export type Part = (flags: ScaleFlags) => Promise<PartResult>;

/** Parts are told only where a check of records failed. */
export function failed(checks: readonly { readonly records: Target }[]): Target[] {
  return checks.map(({ records }) => records).filter(({ isMet }) => !isMet);
}
