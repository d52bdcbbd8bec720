import { expect } from 'chai';
import type { LoggingStats } from '../../src';

/** No exchange has gone without being counted, and none counts twice. */
export function expectExchangeConservation({ exchanges }: Pick<LoggingStats, 'exchanges'>): void {
  const { seen, open, pending, recorded, notSelected } = exchanges;
  const dropped = Object.values(exchanges.dropped).reduce((sum, count) => sum + count, 0);
  expect(open + pending + recorded + notSelected + dropped, 'exchanges that are accounted for').to.equal(seen);
}
