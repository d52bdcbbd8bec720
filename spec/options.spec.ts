import { expect } from 'chai';
import { createLogging, fileSink, LoggingError, memorySink, Sensitive } from '../src';

describe('wrong options of createLogging', () => {
  const sink = () => memorySink();
  for (const { options, message } of [
    { options: { sampel: 0.5 }, message: 'createLogging() has no option "sampel": did you mean "sample"?' },
    { options: { onErrror: () => {} }, message: 'createLogging() has no option "onErrror": did you mean "onError"?' },
    { options: { zzz: 1 }, message: 'createLogging() has no option "zzz": known options are ' },
    { options: 'file', message: 'createLogging() must be an options object, got a string of 4 characters.' },
    { options: { sample: -1 }, message: 'sample must be a number from 0 to 1, got -1.' },
    { options: { unmatched: 'some' }, message: 'unmatched must be one of "errors", "all", "none", got "some".' },
    { options: { identify: 'user' }, message: 'identify must be a function, got a string of 4 characters.' },
    { options: { enabled: 'no' }, message: 'enabled must be true or false, got a string of 2 characters.' },
    {
      options: { maxBodyBytes: 1.5 },
      message: 'maxBodyBytes must be a whole number from 0 to 4194304 (bytes), got 1.5.',
    },
    { options: { maxPendingBytes: 0 }, message: 'maxPendingBytes must be a whole number from 1 to ' },
    {
      options: { loadShedding: true },
      message: 'createLogging({ loadShedding }) must be an options object, got true.',
    },
    {
      options: { loadShedding: { maxDelayMs: 5 } },
      message: 'createLogging({ loadShedding }) has no option "maxDelayMs"',
    },
    {
      options: { loadShedding: { maxEventLoopDelayMs: 0 } },
      message: 'loadShedding.maxEventLoopDelayMs must be a whole number from 1 to 60000 (milliseconds), got 0.',
    },
    { options: { requestIdHeader: 'x request id' }, message: 'requestIdHeader must be the name of a header' },
    { options: { requestIdHeader: 'Content-Length' }, message: 'that means nothing else to HTTP' },
    {
      options: { sinks: [] },
      message: 'sinks must be an array of at least one sink. Leave it out for files in ./.logged',
    },
    {
      options: { sinks: [fileSink] },
      message: 'sinks[0] must be a sink (an object with a name and a write function), got a function (fileSink).',
    },
    {
      options: { sinks: [sink(), sink()] },
      message: 'sinks[1] is a second sink named "memory". Give one of them another name',
    },
    {
      options: { service: { nam: 'x' } },
      message: 'createLogging({ service }) has no option "nam": did you mean "name"?',
    },
    { options: { service: '' }, message: 'service.name must be a string that is not empty, got an empty string.' },
    { options: { errorHandlers: {} }, message: 'errorHandlers must be an array, got a value of type object.' },
    { options: { redact: { name: ['x'] } }, message: 'has no option "name": did you mean "names"?' },
    { options: { redact: { hashKey: { id: 'k1', secret: 'short' } } }, message: 'secret' },
    { options: { delivery: { maxDelay: 5 } }, message: 'has no option "maxDelay": did you mean "maxDelayMs"?' },
    { options: { delivery: { maxDelayMs: 0 } }, message: 'delivery.maxDelayMs must be a whole number from 1 to ' },
    { options: { delivery: { maxBatchRecords: 100, maxQueueRecords: 10 } }, message: 'maxQueueRecords' },
  ]) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      expect(() => createLogging(options as never))
        .to.throw(LoggingError)
        .with.property('message')
        .that.contains(message);
    });
  }

  it('never quote a secret', () => {
    const secret = 'canary-key';
    expect(() => createLogging({ redact: { hashKey: { id: 'k1', secret } } }))
      .to.throw(LoggingError)
      .with.property('message')
      .that.does.not.contain(secret);
  });
});

describe('@Sensitive', () => {
  it('on a method is refused, with what to do instead', () => {
    expect(() => {
      class Wrong {
        @Sensitive() method() {}
      }
      return Wrong;
    }).to.throw(
      "@Sensitive() on the method Wrong.method: it marks properties, classes and parameters. To keep an action's bodies",
    );
  });

  for (const { options, message } of [
    {
      options: { mode: 'hide' },
      message: '@Sensitive() mode must be one of "redact", "remove", "mask", "hash", "encrypt", got "hide".',
    },
    { options: { keepLast: 4 }, message: '@Sensitive() keepLast needs mode "mask"; the mode is "redact".' },
    {
      options: { mode: 'mask', keepLast: -1 },
      message: '@Sensitive() keepLast must be a whole number from 0 to 64 (characters), got -1.',
    },
    { options: { mod: 'mask' }, message: '@Sensitive() has no option "mod": did you mean "mode"?' },
  ]) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => Sensitive(options as never)).to.throw(message);
    });
  }

  it('on a static or a symbol-named property is refused', () => {
    expect(() => {
      class Wrong {
        @Sensitive() static token = 'x';
      }
      return Wrong;
    }).to.throw('@Sensitive() on the static Wrong.token');
    const key = Symbol('hidden');
    expect(() => {
      class Wrong {
        @Sensitive() [key] = 'x';
      }
      return Wrong;
    }).to.throw('properties named by a symbol are never recorded');
  });
});
