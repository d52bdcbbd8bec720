import { expect } from 'chai';
import type { LogRecord } from '../../../src';

let made = 0;

/** Never twice the same: else the removal of known values would hide what a plan misses. */
export function secret(): string {
  return `canary-${++made}-5d0e83b6`;
}

export function expectNoSecret(record: LogRecord): void {
  expect(JSON.stringify(record)).to.not.contain('canary-');
}

/** A recorded value without the null prototypes that hostile names call for. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null)) as unknown;
}
