import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  consoleSink,
  type DeliveryOptions,
  fileSink,
  type FileSinkOptions,
  type LoggingError,
  memorySink,
  type Sink,
} from '../../../src';
import { mongoSink } from '../../../src/mongo';
import { FileSink } from '../../../src/sinks/file/file-sink';
import { resolveFileSinkOptions } from '../../../src/sinks/file/file-sink-options';
import { eventually } from '../eventually';
import { ScriptedMongoServer } from '../scripted-mongo-server';

/** Whatever leaves the process. */
export const OUTPUT_NAMES = [
  'the memory sink',
  'the console sink as JSON',
  'the console sink in a terminal',
  'the file sink',
  'the MongoDB sink',
  'dead letters',
  'the spool',
  'onError',
] as const;
export type OutputName = (typeof OUTPUT_NAMES)[number];

class TextStream extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Keeps what lies on the disk for it, and nothing of what it is given. */
class SpoolReader implements Sink {
  readonly name = 'spooled';
  readonly #files = new Map<string, string>();

  constructor(private readonly directory: string) {}

  get text(): string {
    return [...this.#files.values()].join('\n');
  }

  async write(batch: Parameters<Sink['write']>[0]): Promise<void> {
    // A record may come before it is on the disk, where it then stays until this resolves.
    await eventually(async () => {
      await this.#read();
      const { text } = this;
      expect(batch.filter(({ _id }) => !text.includes(_id))).to.have.length(0);
    });
  }

  async #read(): Promise<void> {
    const names = await readdir(this.directory, { recursive: true });
    for (const name of names.filter(each => each.includes(this.name) && each.endsWith('.spool'))) {
      this.#files.set(name, await readFile(join(this.directory, name), 'utf8'));
    }
  }
}

/** One sink of every kind, and everything that leaves the process through them. */
export class CanaryOutputs {
  readonly #memory = memorySink();
  readonly #json = new TextStream();
  readonly #pretty = new TextStream();
  readonly #spooled: SpoolReader;
  readonly reports: LoggingError[] = [];

  private constructor(
    private readonly directory: string,
    private readonly server: ScriptedMongoServer,
  ) {
    this.#spooled = new SpoolReader(this.#spool);
  }

  /** @param quoted what a database may quote when it refuses a document */
  static async open(directory: string, quoted: string): Promise<CanaryOutputs> {
    const server = await ScriptedMongoServer.start();
    let inserts = 0;
    const refusal = { writeErrors: [{ index: 0, code: 121, errmsg: `refused ${quoted}` }] };
    server.fail('insert', refusal, { times: Infinity, when: () => inserts++ % 2 === 0 });
    return new CanaryOutputs(directory, server);
  }

  get sinks(): readonly Sink[] {
    return [
      this.#memory,
      consoleSink({ name: 'json', format: 'json', stream: this.#json }),
      consoleSink({ name: 'pretty', format: 'pretty', bodies: true, stream: this.#pretty }),
      // Small, so that most of it is rotated and compressed.
      fileSink(this.#files),
      mongoSink({ url: this.server.url }),
      this.#spooled,
    ];
  }

  get #spool(): string {
    return join(this.directory, 'spool');
  }

  get #files(): FileSinkOptions {
    return { directory: join(this.directory, 'files'), maxFileBytes: 16_384, maxFiles: 1_000 };
  }

  /** Rotated files are compressed when they have rested for a minute: by a sink to which one has passed. */
  async #compressFiles(): Promise<void> {
    const later = new FileSink(resolveFileSinkOptions(this.#files), () => Date.now() + 3_600_000);
    await later.open({ report: error => this.reports.push(error) });
    await eventually(async () => {
      expect((await this.fileNames()).filter(name => name.endsWith('.gz'))).not.to.have.length(0);
    });
    await later.close();
  }

  get delivery(): DeliveryOptions {
    return {
      deadLetters: { directory: this.directory },
      spool: { directory: this.#spool, mode: 'always', commitMs: 1 },
    };
  }

  /** By destination, after all sinks are closed. */
  async read(): Promise<Readonly<Record<OutputName, string>>> {
    await this.#compressFiles();
    const files = join(this.directory, 'files');
    const texts = await Promise.all(
      (await readdir(files)).map(async name => {
        const content = await readFile(join(files, name));
        return (name.endsWith('.gz') ? gunzipSync(content) : content).toString();
      }),
    );
    const deadLetters = await readFile(join(this.directory, 'mongo-dead-letters.ndjson'), 'utf8');
    return {
      'the memory sink': JSON.stringify(this.#memory.records),
      'the console sink as JSON': this.#json.text,
      'the console sink in a terminal': this.#pretty.text,
      'the file sink': texts.join('\n'),
      'the MongoDB sink': JSON.stringify(this.server.received),
      'dead letters': deadLetters,
      'the spool': this.#spooled.text,
      onError: this.reports.map(({ code, message, stack }) => [code, message, stack].join()).join('\n'),
    };
  }

  /** Names of files as written, to show that compressed ones are among them. */
  async fileNames(): Promise<readonly string[]> {
    return readdir(join(this.directory, 'files'));
  }

  close(): Promise<void> {
    return this.server.stop();
  }
}
