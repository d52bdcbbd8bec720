import type { Candidate } from './candidates';
import type { LeakVariant } from './leak-report';
import type { Sentinel } from './sentinel';

/** What is put into one request. */
export class PlantedValues {
  readonly sentinels: Sentinel[] = [];
  /** Sensitive fields that got no sentinel, and why. */
  readonly problems: { readonly field: string; readonly reason: string }[] = [];
  /** Something in it is to be refused. */
  isBroken = false;

  constructor(
    readonly route: string,
    readonly action: string,
    readonly variant: LeakVariant,
  ) {}

  note(field: string, candidate: Candidate | undefined, spot: Sentinel['spot']): void {
    if (candidate === undefined) {
      const reason = 'no value was found that its validators accept; give one in options.samples';
      this.problems.push({ field, reason });
      return;
    }
    const { value, core } = candidate;
    const [text = core] = (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap(textOf);
    const { route, action, variant } = this;
    this.sentinels.push({ route, action, field, variant, spot, value: text, core });
  }

  /** A value that the test brought along. */
  noteGiven(field: string, value: unknown, spot: Sentinel['spot']): void {
    for (const text of textOf(value)) this.note(field, { value, core: text }, spot);
  }

  knows(field: string): boolean {
    return [...this.sentinels, ...this.problems].some(known => known.field === field);
  }
}

function textOf(value: unknown): string[] {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}
