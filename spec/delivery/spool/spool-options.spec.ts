import { expect } from 'chai';
import { resolveSpoolOptions } from '../../../src/delivery/spool/spool-options';
import { LoggingError } from '../../../src/errors';

describe('the options of a spool', () => {
  it('have defaults for everything but the folder', () => {
    expect(resolveSpoolOptions({ directory: './spool' })).to.deep.equal({
      directory: './spool',
      mode: 'overflow',
      maxBytes: 536_870_912,
      commitMs: 10,
      fsyncMs: 500,
      segmentBytes: 4_194_304,
    });
  });

  const refused: readonly (readonly [options: object, code: string, message: string])[] = [
    [{}, 'OPTION_INVALID', 'spool.directory must be a string that is not empty, got undefined.'],
    [{ directory: '' }, 'OPTION_INVALID', 'spool.directory must be a string that is not empty'],
    [{ mode: 'never' }, 'OPTION_INVALID', 'spool.mode must be one of "overflow", "always", got "never".'],
    [{ maxBytes: 1 }, 'OPTION_INVALID', 'spool.maxBytes must be a whole number from 8192'],
    [{ commitMs: 0 }, 'OPTION_INVALID', 'spool.commitMs must be a whole number from 1 to 1000 (milliseconds), got 0.'],
    [{ fsyncMs: -1 }, 'OPTION_INVALID', 'spool.fsyncMs must be a whole number from 0 to 60000 (milliseconds), got -1.'],
    [{ segmentBytes: '4 MiB' }, 'OPTION_INVALID', 'spool.segmentBytes must be a whole number'],
    [{ maxBytes: 100_000, segmentBytes: 60_000 }, 'OPTION_INVALID', 'spool.segmentBytes must be at most half of'],
    [{ maxByte: 1 }, 'OPTION_UNKNOWN', 'spool has no option "maxByte": did you mean "maxBytes"?'],
  ];
  for (const [options, code, message] of refused) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      const given =
        'directory' in options || Object.keys(options).length === 0 ? options : { directory: 's', ...options };
      expect(() => resolveSpoolOptions(given as never))
        .to.throw(LoggingError, message)
        .with.property('code', code);
    });
  }
});
