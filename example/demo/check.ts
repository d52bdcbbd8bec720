import type { LoggingStats } from 'logged-controllers';
import { type DemoRequest, type ExpectedRecord, REQUESTS } from './requests';
import type { StoredRecord } from './stored-record';
import { requestIdOf } from './visit-shop';

/** What is wrong with the stored records; nothing, if each request has exactly the record that it should have. */
export function checkRecords(records: readonly StoredRecord[]): readonly string[] {
  const known = new Set(REQUESTS.map(requestIdOf));
  return [
    ...REQUESTS.flatMap(request => checkRequest(request, records)),
    ...records.filter(({ requestId }) => !known.has(requestId)).map(({ requestId }) => `${requestId}: nobody asked`),
  ];
}

function checkRequest(request: DemoRequest, records: readonly StoredRecord[]): readonly string[] {
  const id = requestIdOf(request);
  const { expect } = request;
  const [record, ...others] = records.filter(({ requestId }) => requestId === id);
  if ('isRecorded' in expect) return record ? [`${id}: has a record, expected none`] : [];
  if (!record) return [`${id}: has no record`];
  return [
    ...(others.length > 0 ? [`${id}: has ${others.length + 1} records, expected 1`] : []),
    ...differences(expect, record).map(difference => `${id}: ${difference}`),
  ];
}

type Fact = string | number | null | undefined;

function differences(expect: ExpectedRecord, record: StoredRecord): readonly string[] {
  const facts: readonly [name: string, expected: Fact, stored: Fact][] = [
    ['status', expect.status, record.response.status],
    ['outcome', expect.outcome ?? 'sent', record.response.outcome],
    ['handler', expect.handler, handlerOf(record)],
    ['error', expect.error, record.error?.name],
    ['request.bodyOmitted', expect.requestBodyOmitted, record.request.bodyOmitted],
    ['response.bodyOmitted', expect.responseBodyOmitted, record.response.bodyOmitted],
  ];
  return facts
    .filter(([, expected, stored]) => expected !== stored)
    .map(([name, expected, stored]) => `${name} is ${stored ?? 'none'}, expected ${expected ?? 'none'}`);
}

/** `UsersController.me`, or `null` when no action was reached. */
export function handlerOf({ handler }: StoredRecord): string | null {
  return handler && `${handler.controller}.${handler.action}`;
}

/** What does not add up: every request must have become a record or been left out on purpose, and nothing may be lost. */
export function checkStats({ exchanges, sinks }: LoggingStats): readonly string[] {
  const leftOut = REQUESTS.filter(({ expect }) => 'isRecorded' in expect).length;
  const recorded = REQUESTS.length - leftOut;
  const facts: [name: string, expected: number, counted: number][] = [
    ['exchanges.seen', REQUESTS.length, exchanges.seen],
    ['exchanges.recorded', recorded, exchanges.recorded],
    ['exchanges.notSelected', leftOut, exchanges.notSelected],
    ['exchanges.open', 0, exchanges.open],
    ['exchanges.pending', 0, exchanges.pending],
    ['exchanges.dropped', 0, sum(exchanges.dropped)],
  ];
  for (const [name, lane] of Object.entries(sinks)) {
    facts.push(
      [`sinks.${name}.accepted`, recorded, lane.accepted],
      [`sinks.${name}.delivered`, recorded, lane.delivered],
      [`sinks.${name}.dropped`, 0, sum(lane.dropped)],
    );
  }
  return facts
    .filter(([, expected, counted]) => expected !== counted)
    .map(([name, expected, counted]) => `${name} is ${counted}, expected ${expected}`);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
