import { expect } from 'chai';
import fc from 'fast-check';
import { SinkError, type RejectedRecord } from '../../src/errors';
import type { LogRecord } from '../../src/record/log-record';
import type { Sink, WriteResult } from '../../src/sinks/sink';
import { numbersOf } from '../support/numbered-records';
import { checkProperty } from '../support/check-property';
import { hasSettled, testDelivery } from '../support/test-delivery';

/** What a sink does with its next write. Places count within the batch, modulo its length. */
type Behaviour =
  | { readonly kind: 'store' | 'fail' | 'throw' | 'hang' | 'refuse' | 'nonsense' }
  | { readonly kind: 'slow' | 'too-slow'; readonly ms: number }
  | { readonly kind: 'reject' | 'fail-and-reject'; readonly places: readonly number[] };

type Action =
  | { readonly kind: 'push'; readonly count: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'settle' | 'flush' };

const WRITE_TIMEOUT_MS = 500;

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('store') }) },
  fc.record({ kind: fc.constantFrom('fail', 'throw', 'hang', 'refuse', 'nonsense') }),
  fc.record({ kind: fc.constant('slow'), ms: fc.nat(WRITE_TIMEOUT_MS - 1) }),
  fc.record({ kind: fc.constant('too-slow'), ms: fc.integer({ min: WRITE_TIMEOUT_MS + 1, max: 3_000 }) }),
  fc.record({ kind: fc.constantFrom('reject', 'fail-and-reject'), places: fc.array(fc.nat(20), { maxLength: 4 }) }),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('push'), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance'), ms: fc.nat(1_500) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('settle', 'flush') }) },
);

const schedule = fc.record({
  overflow: fc.constantFrom('drop-oldest', 'drop-newest'),
  maxBatchRecords: fc.integer({ min: 1, max: 6 }),
  maxQueueRecords: fc.integer({ min: 6, max: 20 }),
  opens: fc.array(fc.boolean(), { maxLength: 3 }),
  behaviours: fc.array(fc.array(behaviour, { maxLength: 25 }), { minLength: 2, maxLength: 2 }),
  actions: fc.array(action, { minLength: 1, maxLength: 40 }),
  closeDeadlineMs: fc.nat(4_000),
  afterwards: fc.array(action, { maxLength: 4 }),
});

/** Does as scheduled, then stores everything, and notes what a lane must count as delivered. */
class ModelSink implements Sink {
  readonly delivered: number[] = [];
  readonly rejected: number[] = [];
  overlappingWrites = 0;
  #writing = false;

  constructor(
    readonly name: string,
    private readonly behaviours: Behaviour[],
    private readonly opens: boolean[],
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  async open(): Promise<void> {
    if (this.opens.shift() === false) throw new Error('not yet');
  }

  write(batch: readonly LogRecord[], signal: AbortSignal): Promise<void | WriteResult> {
    if (this.#writing) this.overlappingWrites++;
    this.#writing = true;
    const end = () => (this.#writing = false);
    signal.addEventListener('abort', end);
    const next = this.behaviours.shift() ?? { kind: 'store' };
    if (next.kind === 'throw') {
      end();
      throw new Error('thrown');
    }
    return this.#answer(next, batch, signal).finally(end);
  }

  async #answer(next: Behaviour, batch: readonly LogRecord[], signal: AbortSignal): Promise<void | WriteResult> {
    const rejected: RejectedRecord[] =
      'places' in next ? next.places.map(place => ({ index: place % batch.length, reason: 'poison' })) : [];
    if ('ms' in next) await this.wait(next.ms);
    if (next.kind === 'hang') await new Promise(() => {});
    if (next.kind === 'fail') throw new Error('failed');
    // An answer to a write that was given up counts for nothing, whatever it says.
    if (signal.aborted) return undefined;
    if (next.kind === 'refuse') {
      // Of more than one, the lane does not know yet which one is at fault.
      if (batch.length === 1) this.rejected.push(...numbersOf(batch));
      throw new SinkError('refused', { retryable: false });
    }
    const places = new Set(rejected.map(({ index }) => index));
    this.rejected.push(...numbersOf(batch.filter((_, index) => places.has(index))));
    if (next.kind === 'fail-and-reject') throw new SinkError('busy', { retryable: true, retryAfterMs: 50, rejected });
    this.delivered.push(...numbersOf(batch.filter((_, index) => !places.has(index))));
    if (next.kind === 'nonsense') return { rejected: [{ index: batch.length }, null, { index: -1 }] as never };
    return { rejected };
  }
}

describe('whatever happens', () => {
  it('every record is delivered, queued, in flight or counted as dropped, at every moment', async () => {
    await checkProperty(
      fc.asyncProperty(
        schedule,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (plan, chance) => {
          const sinks: ModelSink[] = [];
          const wait = (ms: number) => new Promise<void>(resolve => test.clock.setTimer(resolve, ms));
          plan.behaviours.forEach((behaviours, index) => {
            sinks.push(new ModelSink(`sink ${index}`, [...behaviours], index === 0 ? [...plan.opens] : [], wait));
          });
          const { overflow, maxBatchRecords, maxQueueRecords } = plan;
          const test = testDelivery({
            sinks,
            overflow,
            maxBatchRecords,
            maxQueueRecords,
            maxDelayMs: 300,
            retryMinDelayMs: 10,
            retryMaxDelayMs: 800,
            writeTimeoutMs: WRITE_TIMEOUT_MS,
            random: () => chance.next().value as number,
          });
          const flushes: { readonly upTo: number; readonly done: Promise<void> }[] = [];
          let accepted = 0;

          const check = (): void => {
            for (const lane of Object.values(test.stats())) {
              expect(lane.accepted).to.equal(accepted);
              expect(lane.queued).to.be.at.most(maxQueueRecords);
              expect(lane.inFlight).to.be.at.most(maxBatchRecords);
            }
            for (const sink of sinks) {
              const lane = test.lane(sink.name);
              expect(sink.overlappingWrites).to.equal(0);
              expect(lane.dropped.rejected).to.equal(sink.rejected.length);
              expect(lane.delivered).to.equal(sink.delivered.length);
              const ascending = [...new Set(sink.delivered)].sort((a, b) => a - b);
              expect(sink.delivered, 'in order and once each').to.deep.equal(ascending);
            }
          };
          const act = async (next: Action): Promise<void> => {
            if (next.kind === 'push') test.push((accepted += next.count) && next.count);
            if (next.kind === 'advance') await test.clock.advance(next.ms);
            if (next.kind === 'settle') await test.clock.settle();
            if (next.kind === 'flush') {
              const upTo = accepted;
              const done = test.delivery.flush().then(() => {
                // What is left can only have come after the call.
                for (const lane of Object.values(test.stats())) {
                  expect(lane.queued + lane.inFlight).to.be.at.most(lane.accepted - upTo);
                }
              });
              flushes.push({ upTo, done });
            }
          };

          for (const next of plan.actions) {
            await act(next);
            if (next.kind !== 'push' && next.kind !== 'flush') check();
          }
          const closed = test.delivery.close({ deadlineMs: plan.closeDeadlineMs });
          for (const next of plan.afterwards) await act(next);
          await test.clock.advance(plan.closeDeadlineMs + 200);
          expect(await hasSettled(closed), 'closed by the deadline').to.equal(true);
          await Promise.all(flushes.map(flush => flush.done));
          await test.clock.advance(10_000);

          check();
          for (const lane of Object.values(test.stats())) {
            expect(lane).to.include({ state: 'closed', queued: 0, queuedBytes: 0, inFlight: 0 });
          }
          expect(test.clock).to.include({ timers: 0, holds: 0 });
          const dropped = Object.values(test.stats()).flatMap(lane => Object.values(lane.dropped));
          expect(test.drops.reduce((sum, drop) => sum + drop.count, 0)).to.equal(dropped.reduce((a, b) => a + b, 0));
        },
      ),
      300,
    );
  }).timeout(60_000);
});
