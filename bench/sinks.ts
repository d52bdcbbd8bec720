import 'reflect-metadata';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileSink, type LogRecord, type Sink } from 'logged-controllers';
import { mongoSink } from 'logged-controllers/mongo';
import { MongoClient } from 'mongodb';
import { Delivery } from '../src/delivery/delivery';
import { resolveDeliveryOptions } from '../src/delivery/delivery-options';
import { PackedRecord } from '../src/record/packed-record';
import { POST_ORDER } from './apps/workloads';
import { atLeast, type Table, type Target } from './report/report';
import { withMongo } from './servers/mongo-under-test';
import { runBench } from './support/run-bench';
import { copiesOf, sampleRecord } from './support/sample-records';
import { medianOf, orderInRound, pairedByRound, type Spread, spreadOf } from './support/statistics';
import { temporaryFolder } from './variants/temporary-folder';

// How many records a second a sink stores, beside the shortest code that stores the same.

const BATCH = 100;
const WARM_UP_ROUNDS = 5;

/** One way to store records. */
interface Contender {
  readonly name: string;
  /** Made before the clock starts. */
  readonly prepare?: (records: readonly LogRecord[]) => unknown;
  readonly store: (records: readonly LogRecord[], prepared: unknown) => Promise<void>;
}

interface Sample {
  readonly name: string;
  readonly round: number;
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
}

async function inBatches(records: readonly LogRecord[], write: (batch: LogRecord[]) => Promise<unknown>) {
  for (let at = 0; at < records.length; at += BATCH) await write(records.slice(at, at + BATCH));
}

function fail(error: Error): never {
  throw error;
}

function byItself(name: string, sink: Sink): Contender {
  const { signal } = new AbortController();
  return { name, store: records => inBatches(records, batch => Promise.resolve(sink.write(batch, signal))) };
}

function throughItsLane(name: string, sink: Sink, { service }: LogRecord): Contender {
  const options = resolveDeliveryOptions({
    maxBatchRecords: BATCH,
    maxQueueRecords: 1_000_000,
    maxQueueBytes: 2 ** 31,
  });
  const delivery = new Delivery([sink], options, { report: fail, lossOrigin: { service, expireAfterDays: undefined } });
  return {
    name,
    store: async records => {
      for (const record of records) delivery.push(PackedRecord.of(record));
      await delivery.flush();
    },
  };
}

async function measure(
  { name, prepare, store }: Contender,
  records: readonly LogRecord[],
  round: number,
): Promise<Sample> {
  const prepared = prepare?.(records);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  await store(records, prepared);
  const elapsedMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    name,
    round,
    recordsPerSecond: (records.length / elapsedMs) * 1_000,
    cpuMicrosPerRecord: (user + system) / records.length,
  };
}

async function measureAll(contenders: readonly Contender[], record: LogRecord, rounds: number, count: number) {
  const samples: Sample[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const contender of orderInRound(contenders, Math.abs(round))) {
      const sample = await measure(contender, copiesOf(record, count), round);
      if (round >= 0) samples.push(sample);
    }
  }
  return samples;
}

function ratio(samples: readonly Sample[], name: string, baseline: string): Spread {
  const of = (wanted: string): Sample[] => samples.filter(sample => sample.name === wanted);
  return spreadOf(pairedByRound(of(name), of(baseline), (own, base) => own.recordsPerSecond / base.recordsPerSecond));
}

function rateTable(caption: string, contenders: readonly Contender[], samples: readonly Sample[]): Table {
  const baseline = contenders[0]!.name;
  return {
    caption,
    columns: ['way', 'records/s', 'CPU µs/record', 'of the first', 'quartiles'],
    rows: contenders.map(({ name }) => {
      const own = samples.filter(sample => sample.name === name);
      const { lowerQuartile, median, upperQuartile } = ratio(samples, name, baseline);
      return [
        name,
        medianOf(own.map(({ recordsPerSecond }) => recordsPerSecond)).toFixed(0),
        medianOf(own.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord)).toFixed(1),
        median.toFixed(2),
        `${lowerQuartile.toFixed(2)} … ${upperQuartile.toFixed(2)}`,
      ];
    }),
  };
}

function targetOf(samples: readonly Sample[], name: string, baseline: string, limit: number): Target {
  return atLeast(`records/s, ${name} / ${baseline}`, ratio(samples, name, baseline).median, limit);
}

const RAW = 'raw insertMany loop';
const RENDERED = 'write stream, rendered in the loop';
const READY = 'write stream, bytes ready beforehand';

async function measureMongo(url: string, record: LogRecord, rounds: number, count: number) {
  const client = new MongoClient(url);
  const database = `logged_bench_${process.pid}`;
  const raw = client.db(database).collection<LogRecord>('raw');
  const sinks = ['sink', 'lane'].map(name => mongoSink({ url, database, name, collection: name }));
  const [sink, lane] = sinks as [Sink, Sink];
  const contenders: Contender[] = [
    { name: RAW, store: records => inBatches(records, batch => raw.insertMany(batch, { ordered: false })) },
    byItself('mongo sink', sink),
    throughItsLane('mongo sink in its lane', lane, record),
  ];
  try {
    await sink.open?.({ report: fail });
    return { contenders, samples: await measureAll(contenders, record, rounds, count) };
  } finally {
    await client.db(database).dropDatabase();
    await Promise.all([client.close(), ...sinks.map(async each => each.close?.())]);
  }
}

function line(record: LogRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function append(stream: WriteStream, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => stream.write(bytes, error => (error ? reject(error) : resolve())));
}

async function measureFiles(record: LogRecord, rounds: number, count: number) {
  const { path, remove } = await temporaryFolder();
  const stream = createWriteStream(join(path, 'bare.ndjson'));
  const sinks = ['sink', 'lane'].map(name => fileSink({ name, directory: join(path, name) }));
  const [sink, lane] = sinks as [Sink, Sink];
  const contenders: Contender[] = [
    { name: RENDERED, store: records => inBatches(records, batch => append(stream, batch.map(line).join(''))) },
    {
      name: READY,
      prepare: records => {
        const chunks: Buffer[] = [];
        for (let at = 0; at < records.length; at += BATCH) {
          chunks.push(
            Buffer.from(
              records
                .slice(at, at + BATCH)
                .map(line)
                .join(''),
            ),
          );
        }
        return chunks;
      },
      store: async (_, chunks) => {
        for (const chunk of chunks as Buffer[]) await append(stream, chunk);
      },
    },
    byItself('file sink', sink),
    throughItsLane('file sink in its lane', lane, record),
  ];
  try {
    await sink.open?.({ report: fail });
    return { contenders, samples: await measureAll(contenders, record, rounds, count) };
  } finally {
    await Promise.all(sinks.map(async each => each.close?.()));
    await new Promise<void>(resolve => stream.end(resolve));
    await remove();
  }
}

void runBench({
  name: 'sinks',
  command: 'bench:sinks',
  flags: {
    rounds: { default: 30, min: 5, max: 1_000, meaning: 'measured rounds, after the warm-up' },
    records: { default: 2_000, min: BATCH, max: 100_000, meaning: 'records in one round' },
  },
  run: async ({ rounds, records: count }) => {
    const record = await sampleRecord(POST_ORDER);
    const bytes = Buffer.byteLength(line(record));
    const { mongo, label } = await withMongo(async server => ({
      mongo: await measureMongo(server.url, record, rounds, count),
      label: server.label,
    }));
    const files = await measureFiles(record, rounds, count);
    return {
      tables: [
        rateTable(`Into a ${label}`, mongo.contenders, mongo.samples),
        rateTable('Into files', files.contenders, files.samples),
      ],
      targets: [
        targetOf(mongo.samples, 'mongo sink', RAW, 0.9),
        targetOf(files.samples, 'file sink', RENDERED, 0.7),
        targetOf(files.samples, 'file sink', READY, 0.7),
      ],
      plots: [],
      notes: [
        `Medians and quartiles of ${rounds} rounds of ${count} records in batches of ${BATCH}, one batch after the other; ` +
          `a record has ${bytes} B as JSON.`,
      ],
      figures: { mongo: mongo.samples, files: files.samples },
    };
  },
});
