import fc from 'fast-check';

/** Random decisions of one case; those that shrink best come first: 0, the first of a list, "no". */
export class Chance {
  constructor(private readonly generate: fc.GeneratorValue) {}

  below(end: number): number {
    return this.generate(fc.nat, { max: end - 1 });
  }

  /** True in one of `odds` cases. */
  isLucky(odds: number): boolean {
    return this.below(odds) === odds - 1;
  }

  oneOf<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}
