import { expect } from 'chai';
import { resolveDeliveryOptions } from '../../src/delivery/delivery-options';
import { LoggingError } from '../../src/errors';

describe('the options of delivery', () => {
  it('have defaults for everything', () => {
    expect(resolveDeliveryOptions()).to.deep.equal({
      maxBatchRecords: 100,
      maxBatchBytes: 262_144,
      maxDelayMs: 1_000,
      maxQueueRecords: 10_000,
      maxQueueBytes: 33_554_432,
      overflow: 'drop-oldest',
      retryMinDelayMs: 100,
      retryMaxDelayMs: 30_000,
      writeTimeoutMs: 10_000,
      circuitFailures: 5,
      lossRecords: true,
      spool: null,
      deadLetters: { directory: './.logged', maxBytes: 67_108_864 },
    });
  });

  it('keep what is given, and take undefined as not given', () => {
    const options = resolveDeliveryOptions({ maxDelayMs: 250, maxBatchRecords: undefined } as object);
    expect(options.maxDelayMs).to.equal(250);
    expect(options.maxBatchRecords).to.equal(100);
  });

  const refused: readonly (readonly [options: object, code: string, message: string])[] = [
    [{ maxDelayMs: 0 }, 'OPTION_INVALID', 'delivery.maxDelayMs must be a whole number from 1 to 60000 (milliseconds)'],
    [{ maxBatchRecords: 2.5 }, 'OPTION_INVALID', 'delivery.maxBatchRecords must be a whole number from 1 to 100000'],
    [{ maxBatchBytes: '1 MiB' }, 'OPTION_INVALID', 'delivery.maxBatchBytes must be a whole number'],
    [{ maxQueueRecords: -1 }, 'OPTION_INVALID', 'delivery.maxQueueRecords must be'],
    [{ maxQueueBytes: Infinity }, 'OPTION_INVALID', 'delivery.maxQueueBytes must be'],
    [{ retryMinDelayMs: 0 }, 'OPTION_INVALID', 'delivery.retryMinDelayMs must be'],
    [{ retryMaxDelayMs: Number.NaN }, 'OPTION_INVALID', 'delivery.retryMaxDelayMs must be'],
    [{ writeTimeoutMs: null }, 'OPTION_INVALID', 'delivery.writeTimeoutMs must be'],
    [{ overflow: 'drop-all' }, 'OPTION_INVALID', 'delivery.overflow must be one of "drop-oldest", "drop-newest"'],
    [{ maxBatchSize: 5 }, 'OPTION_UNKNOWN', 'delivery has no option "maxBatchSize": did you mean "maxBatchBytes"?'],
    [
      { maxBatchRecords: 200, maxQueueRecords: 100 },
      'OPTION_INVALID',
      'delivery.maxBatchRecords must not be more than delivery.maxQueueRecords, got 200 and 100.',
    ],
    [{ maxQueueBytes: 1_000 }, 'OPTION_INVALID', 'delivery.maxBatchBytes must not be more than delivery.maxQueueBytes'],
    [
      { retryMinDelayMs: 500, retryMaxDelayMs: 200 },
      'OPTION_INVALID',
      'delivery.retryMinDelayMs must not be more than delivery.retryMaxDelayMs, got 500 and 200.',
    ],
  ];
  for (const [options, code, message] of refused) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      expect(() => resolveDeliveryOptions(options))
        .to.throw(LoggingError, message)
        .with.property('code', code);
    });
  }
});
