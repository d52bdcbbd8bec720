import { Writable } from 'node:stream';
import { consoleSink } from '../../../../src';
import type { SinkHarness, SinkTarget } from '../../../../src/testing';

type Mood = 'well' | 'failing' | 'hanging' | 'late' | 'slow';

/** A stream that takes lines, fails or keeps its writer waiting. */
class MoodyStream extends Writable {
  text = '';
  mood: Mood = 'well';
  failure = 'EIO';
  #waiting: (() => void)[] = [];

  constructor() {
    super({ decodeStrings: false });
    this.on('error', () => {});
  }

  // The standard streams of a process come back to life in this way after a failed write.
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error);
    (this as unknown as { _undestroy(): void })._undestroy();
  }

  recover(): void {
    this.mood = 'well';
    for (const go of this.#waiting.splice(0)) go();
  }

  override _write(text: string, _encoding: string, done: (error?: Error | null) => void): void {
    const take = (): void => {
      this.text += text;
      done();
    };
    const fail = (): void => done(Object.assign(new Error('scripted'), { code: this.failure }));
    if (this.mood === 'well') take();
    else if (this.mood === 'slow') setImmediate(take);
    else if (this.mood === 'late') this.#waiting.push(take);
    else if (this.mood === 'hanging') this.#waiting.push(fail);
    else fail();
  }
}

interface ConsoleTarget extends SinkTarget {
  readonly stream: MoodyStream;
}

const turn =
  (mood: Mood, failure = 'EIO') =>
  ({ stream }: ConsoleTarget): void => {
    stream.mood = mood;
    stream.failure = failure;
  };

const NO_ANSWERS = 'a stream has no answers of its own';

export const consoleHarness: SinkHarness<ConsoleTarget> = {
  guarantee: 'at-least-once',
  deadlineMs: 20,
  async start() {
    const stream = new MoodyStream();
    return {
      stream,
      sink: consoleSink({ format: 'json', stream }),
      stored: async () =>
        stream.text
          .split('\n')
          .filter(line => line !== '')
          .map(line => JSON.parse(line) as { _id: string }),
      repair: async () => stream.recover(),
      stop: async () => {},
    };
  },
  faults: {
    unreachable: 'a stream is there from the start',
    'lost-before': turn('failing'),
    'lost-after': NO_ANSWERS,
    hanging: turn('hanging'),
    late: turn('late'),
    slow: turn('slow'),
    partial: 'a batch is written in one piece',
    overloaded: NO_ANSWERS,
    full: turn('failing', 'ENOSPC'),
    unknown: turn('failing', 'EUNHEARDOF'),
    credentials: 'there is no log-in',
    configuration: 'options are checked when the sink is made',
    'poison-named': 'every record that is JSON can be printed',
    'poison-unnamed': 'every record that is JSON can be printed',
    'closed-for-good': turn('failing', 'EPIPE'),
  },
};
