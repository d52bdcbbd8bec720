import { expect } from 'chai';
import { type AnyRecord, LoggingError, SinkError, type Sink } from '../../../src';
import { SINK_FAULTS } from '../../../src/testing/sinks/sink-harness';
import { sinkConformance, type SinkFault, type SinkHarness, type SinkTarget } from '../../../src/testing';

const PASSWORD = 'pa55-of-the-store';

/** A destination that is told what to do with each write, and a sink over it that does everything right. */
class Store {
  readonly records: AnyRecord[] = [];
  fault: SinkFault | undefined;
  faultyIds: readonly string[] = [];
  #repaired: () => void = () => {};
  #repairs = new Promise<void>(resolve => (this.#repaired = resolve));

  repair(): void {
    this.fault = undefined;
    this.#repaired();
    this.#repairs = new Promise(resolve => (this.#repaired = resolve));
  }

  /** Takes records by id, or answers with a status. */
  async insert(batch: readonly AnyRecord[]): Promise<{ readonly status: string; readonly refused: readonly number[] }> {
    const refused = [...batch.keys()].filter(index => this.faultyIds.includes(batch[index]!._id));
    const take = (records: readonly AnyRecord[]): void => {
      const known = new Set(this.records.map(({ _id }) => _id));
      this.records.push(...structuredClone(records.filter(({ _id }) => !known.has(_id))));
    };
    const { fault } = this;
    if (fault === 'hanging') {
      await this.#repairs;
      return { status: 'lost-before', refused: [] };
    }
    if (fault === 'late') {
      await this.#repairs;
      take(batch);
      return { status: 'ok', refused: [] };
    }
    if (fault === 'slow') await new Promise(resolve => setTimeout(resolve, 5));
    if (fault === 'partial' || fault === 'poison-named') {
      take(batch.filter((_, index) => !refused.includes(index)));
      return { status: refused.length > 0 ? fault : 'ok', refused };
    }
    if (fault === 'poison-unnamed') {
      if (refused.length > 0) return { status: fault, refused: [] };
    } else if (fault !== undefined && fault !== 'slow' && fault !== 'lost-after') {
      return { status: fault, refused: [] };
    }
    take(batch);
    return { status: fault === 'lost-after' ? fault : 'ok', refused: [] };
  }
}

/** The sink that all broken ones are made from. */
function soundSink(store: Store): Sink {
  let isClosed = false;
  return {
    name: 'sound',
    async open() {
      if (store.fault === 'unreachable') throw new SinkError('The store is not there.', { retryable: true });
    },
    async write(batch, signal) {
      if (isClosed) throw new SinkError('The sink is closed.', { retryable: true });
      const aborted = new Promise<never>((_, reject) => {
        const abort = (): void => reject(new SinkError('There was no answer in time.', { retryable: true }));
        if (signal.aborted) abort();
        signal.addEventListener('abort', abort, { once: true });
      });
      const { status, refused } = await Promise.race([store.insert(batch), aborted]);
      const rejected = refused.map(index => ({ index, reason: 'the store refused it' }));
      if (status === 'ok') return undefined;
      if (status === 'poison-named') return { rejected };
      const isFinal = status === 'closed-for-good' || status === 'poison-unnamed';
      const isSlow = status === 'credentials' || status === 'configuration' || status === 'overloaded';
      throw new SinkError(`The store answered "${status}".`, {
        retryable: !isFinal,
        ...(isSlow && { retryAfterMs: 30_000 }),
      });
    },
    async close() {
      isClosed = true;
    },
  };
}

type Change = (sound: Sink, store: Store) => Partial<Sink>;

/** Says something else whenever the sound sink refuses a batch. */
const refusing =
  (answer: (error: SinkError, batch: readonly AnyRecord[]) => SinkError): Change =>
  sound => ({
    write: (batch, signal) =>
      sound.write(batch, signal).catch((error: SinkError) => {
        throw answer(error, batch);
      }),
  });

const timers: NodeJS.Timeout[] = [];

function harnessOf(change: Change): SinkHarness<SinkTarget & { readonly store: Store }> {
  const turn =
    (fault: SinkFault) =>
    ({ store }: { readonly store: Store }, ids: readonly string[]): void => {
      store.fault = fault;
      store.faultyIds = ids;
    };
  return {
    guarantee: 'exactly-once',
    deadlineMs: 10,
    patienceMs: 60,
    async start() {
      const store = new Store();
      const sound = soundSink(store);
      const sink = { name: sound.name, open: sound.open!, write: sound.write, close: sound.close! };
      // Getters stay getters.
      Object.defineProperties(sink, Object.getOwnPropertyDescriptors(change(sound, store)));
      return {
        store,
        sink,
        secrets: [PASSWORD],
        stored: async () => store.records,
        repair: async () => store.repair(),
        stop: async () => {},
      };
    },
    faults: Object.fromEntries(SINK_FAULTS.map(fault => [fault, turn(fault)])) as never,
  };
}

/** What the cases say of a sink: all of them, or those with this id. */
async function failuresOf(change: Change, wanted?: string): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { id, run } of sinkConformance(harnessOf(change))) {
    if (wanted !== undefined && id !== wanted) continue;
    await run().catch((error: LoggingError) => void failures.push(`${error.code}: ${error.message}`));
  }
  return failures;
}

/** A wrong habit, the case that has to notice it, and how that is told. */
const HABITS: Record<string, { readonly id: string; readonly tells: RegExp; readonly change: Change }> = {
  'cuts long texts off': {
    id: 'T04',
    tells: /its field "request" is not stored as it was given/,
    change: sound => ({
      write: (batch, signal) =>
        sound.write(
          batch.map(record => JSON.parse(JSON.stringify(record).replace(/x{9000}x*/, '…')) as AnyRecord),
          signal,
        ),
    }),
  },
  'refuses an empty batch': {
    id: 'T03',
    tells: /an empty batch was not taken: an RangeError that is no SinkError/,
    change: sound => ({
      async write(batch, signal) {
        if (batch.length === 0) throw new RangeError('empty');
        return sound.write(batch, signal);
      },
    }),
  },
  'writes only the first hundred': {
    id: 'T02',
    tells: /a record is missing that the sink had taken/,
    change: sound => ({ write: (batch, signal) => sound.write(batch.slice(0, 100), signal) }),
  },
  'stores a batch that comes again once more': {
    id: 'T07',
    tells: /a record is stored 2 times/,
    change: (_, store) => ({
      async write(batch) {
        store.records.push(...batch);
      },
    }),
  },
  'cleans texts': {
    id: 'T05',
    tells: /its field "request" is not stored as it was given/,
    change: sound => ({
      write: (batch, signal) =>
        sound.write(
          batch.map(record => JSON.parse(JSON.stringify(record).replace(/\\u0000/g, '')) as AnyRecord),
          signal,
        ),
    }),
  },
  'fails for all because of the keys of one': {
    id: 'T06',
    tells: /3 records could not be delivered after the fault/,
    change: sound => ({
      async write(batch, signal) {
        if (JSON.stringify(batch).includes('"_bsontype"')) throw new TypeError('no such type');
        return sound.write(batch, signal);
      },
    }),
  },
  'rejects new records together with stored ones': {
    id: 'T08',
    tells: /3 of 6 good records were rejected|6 of 6 good records were rejected/,
    change: (sound, store) => ({
      async write(batch, signal) {
        if (!store.records.some(({ _id }) => _id === batch[0]?._id)) return sound.write(batch, signal);
        return { rejected: batch.map((_, index) => ({ index, reason: 'a duplicate' })) };
      },
    }),
  },
  'does not wait for an answer': {
    id: 'T09',
    tells: /a slow write was not taken: an Error that is no SinkError/,
    change: sound => ({
      write: (batch, signal) =>
        Promise.race([
          sound.write(batch, signal),
          new Promise<void>((_, reject) => setImmediate(() => reject(new Error('too slow')))),
        ]),
    }),
  },
  'drops a batch whose answer was lost': {
    id: 'T13',
    tells: /a lost answer: a SinkError with retryable: false/,
    change: refusing(() => new SinkError('Who knows.', { retryable: false })),
  },
  'stores twice what was stored late': {
    id: 'T15',
    tells: /a record is stored 2 times/,
    change: (sound, store) => ({
      async write(batch, signal) {
        const { fault } = store;
        await sound.write(batch, signal);
        if (fault !== 'late') store.records.push(...batch);
      },
    }),
  },
  'rejects what was refused for now': {
    id: 'T17',
    tells: /a write to a destination that is "partial": a SinkError with retryable: true and 1 rejected records/,
    change: refusing(
      ({ message }) => new SinkError(message, { retryable: true, rejected: [{ index: 1, reason: 'refused' }] }),
    ),
  },
  'does not know what it does not know': {
    id: 'T20',
    tells: /a write to a destination that is "unknown": a SinkError with retryable: false/,
    change: refusing(({ message }) => new SinkError(message, { retryable: !message.includes('unknown') })),
  },
  'says stored when opening failed': {
    id: 'T10',
    tells: /open\(\) of an unreachable destination: it resolved/,
    change: () => ({ open: async () => {} }),
  },
  'swallows errors': {
    id: 'T12',
    tells: /a write to a destination that is "lost-before": it resolved/,
    change: sound => ({ write: (batch, signal) => Promise.resolve(sound.write(batch, signal)).catch(() => undefined) }),
  },
  'drops what may succeed later': {
    id: 'T11',
    tells: /a write to a destination that is "unreachable": a SinkError with retryable: false/,
    change: refusing(() => new SinkError('No.', { retryable: false })),
  },
  'never settles when its destination hangs': {
    id: 'T14',
    tells: /write\(\) did not settle after its signal had aborted/,
    change: sound => ({ write: batch => sound.write(batch, new AbortController().signal) }),
  },
  'says stored of a batch that it had no time for': {
    id: 'T16',
    tells: /a record is missing that the sink had taken/,
    change: sound => ({ write: async (batch, signal) => (signal.aborted ? undefined : sound.write(batch, signal)) }),
  },
  'does not tell how long to wait': {
    id: 'T18',
    tells: /the SinkError says neither `kind: "overloaded"` nor how long to wait/,
    change: refusing(({ message, retryable }) => new SinkError(message, { retryable })),
  },
  'tries a wrong password in a hot loop': {
    id: 'T22',
    tells: /the SinkError says neither `kind: "configuration"` nor `retryAfterMs`/,
    change: refusing(({ message, retryable }) => new SinkError(message, { retryable, retryAfterMs: 100 })),
  },
  'ignores what was refused': {
    id: 'T24',
    tells: /a record that its destination will never take was not rejected/,
    change: sound => ({ write: async (batch, signal) => void (await sound.write(batch, signal)) }),
  },
  'rejects the whole batch for one record': {
    id: 'T24',
    tells: /a good record was rejected together with poison/,
    change: sound => ({
      async write(batch, signal) {
        const result = await sound.write(batch, signal);
        return result && { rejected: batch.map((_, index) => ({ index, reason: 'one of them' })) };
      },
    }),
  },
  'repeats for ever what is refused as a whole': {
    id: 'T26',
    tells: /20 records could not be delivered after the fault/,
    change: refusing(({ message }) => new SinkError(message, { retryable: true })),
  },
  'waits for a destination that is closed for good': {
    id: 'T28',
    tells: /not `retryable: false`/,
    change: refusing(({ message }) => new SinkError(message, { retryable: true })),
  },
  'says stored of a write that its closing ended': {
    id: 'T29',
    tells: /a record is missing that the sink had taken/,
    change: (sound, store) => {
      let isClosed = false;
      return {
        async write(batch) {
          await new Promise(resolve => setImmediate(resolve));
          if (!isClosed) await store.insert(batch);
        },
        async close() {
          isClosed = true;
          await sound.close?.();
        },
      };
    },
  },
  'cannot be closed twice': {
    id: 'T30',
    tells: /close\(\), call 2: an Error that is no SinkError/,
    change: () => {
      let closes = 0;
      return {
        async close() {
          closes += 1;
          if (closes > 1) throw new Error('closed');
        },
      };
    },
  },
  'cannot be opened twice': {
    id: 'T31',
    tells: /open\(\) rejected: an Error that is no SinkError/,
    change: () => {
      let opens = 0;
      return {
        async open() {
          opens += 1;
          if (opens > 1) throw new Error('open');
        },
      };
    },
  },
  'says stored after it was closed': {
    id: 'T32',
    tells: /a record is missing that the sink had taken/,
    change: sound => {
      let isClosed = false;
      return {
        write: async (batch, signal) => (isClosed ? undefined : sound.write(batch, signal)),
        close: async () => void (isClosed = true),
      };
    },
  },
  'changes its name': {
    id: 'T33',
    tells: /the name of the sink has changed/,
    change: () => {
      let looks = 0;
      return {
        get name() {
          return `sink ${(looks += 1)}`;
        },
      };
    },
  },
  'forgets a timer': {
    id: 'T34',
    tells: /left behind after close\(\): timers \(1\)/,
    change: () => ({
      async open() {
        timers.push(setInterval(() => {}, 1_000).unref());
      },
    }),
  },
  'changes what it was given': {
    id: 'T35',
    tells: /a record that was given was changed/,
    change: sound => ({
      write(batch, signal) {
        for (const record of batch) Object.assign(record, { sink: 'mine' });
        return sound.write(batch, signal);
      },
    }),
  },
  'takes records out of the batch': {
    id: 'T35',
    tells: /the batch that was given was changed/,
    change: sound => ({
      async write(batch, signal) {
        const result = await sound.write([...batch], signal);
        (batch as AnyRecord[]).length = 0;
        return result;
      },
    }),
  },
  'quotes records': {
    id: 'T36',
    tells: /an error or a report quotes a record/,
    change: refusing(({ message, retryable }, documents) => {
      const cause = Object.assign(new Error('failed'), { documents });
      return new SinkError(message, { retryable, cause });
    }),
  },
  'shows a password in a message': {
    id: 'T36',
    tells: /an error, a report or the sink shows a secret/,
    change: refusing(
      ({ message, retryable }) => new SinkError(`https://app:${PASSWORD}@store failed: ${message}`, { retryable }),
    ),
  },
  'shows a password when it is printed': {
    id: 'T36',
    tells: /an error, a report or the sink shows a secret/,
    change: () => ({ options: { url: `https://app:${PASSWORD}@store` } }) as Partial<Sink>,
  },
  'leaves out what is no request': {
    id: 'T38',
    tells: /a record is missing that the sink had taken/,
    change: sound => ({
      write: (batch, signal) =>
        sound.write(
          batch.filter(({ kind }) => kind === 'request'),
          signal,
        ),
    }),
  },
  'leaves a rejection to nobody': {
    id: 'T37',
    tells: /promises of the sink rejected with nobody to handle it/,
    change: sound => ({
      write(batch, signal) {
        const written = sound.write(batch, signal);
        void written.then(() => {});
        return written;
      },
    }),
  },
};

describe('the conformance kit', () => {
  after(() => timers.forEach(clearInterval));

  it('passes a sink that does everything right', async () => {
    expect(await failuresOf(() => ({}))).to.deep.equal([]);
  });

  for (const [habit, { id, tells, change }] of Object.entries(HABITS)) {
    it(`fails a sink that ${habit}, in ${id}`, async () => {
      const [failure = 'it passed'] = await failuresOf(change, id);
      expect(failure).to.match(tells);
      expect(failure).to.match(new RegExp(`^SINK_NOT_CONFORMANT: ${id} `));
    });
  }

  it('gives every case a number of its own, and the reason of those that do not apply', async () => {
    const harness = harnessOf(() => ({}));
    const cases = sinkConformance({ ...harness, faults: { ...harness.faults, credentials: 'there is no log-in' } });
    expect(cases.map(({ id }) => id)).to.deep.equal(
      Array.from({ length: cases.length }, (_, index) => `T${String(index + 1).padStart(2, '0')}`),
    );
    expect(cases.filter(({ notApplicable }) => notApplicable).map(({ name }) => name)).to.deep.equal([
      'T22 [pause] a sink whose log-in is refused keeps the batch and asks to be left alone (not applicable: there is no log-in)',
    ]);
  });

  it('lets no fault be left out', () => {
    const { credentials: _, ...faults } = harnessOf(() => ({})).faults;
    expect(() => sinkConformance({ ...harnessOf(() => ({})), faults: faults as never })).to.throw(
      LoggingError,
      'faults["credentials"] is missing. Give a function that lets it happen, or the reason why it cannot.',
    );
  });
});
