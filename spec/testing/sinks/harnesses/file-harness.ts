import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSink } from '../../../../src';
import type { SinkHarness, SinkTarget } from '../../../../src/testing';
import { readNdjson } from '../../../support/read-ndjson';

class FileTarget implements SinkTarget {
  readonly sink;
  /** The folder of the sink, below one that can be blocked. */
  readonly #folder: string;
  readonly #path: string;
  readonly #taken: string[] = [];
  #undo: (() => Promise<void>) | undefined;

  constructor(private readonly root: string) {
    this.#folder = join(root, 'logs');
    this.#path = join(this.#folder, 'requests.ndjson');
    this.sink = fileSink({ directory: this.#folder });
  }

  async stored(): Promise<readonly { readonly _id: string }[]> {
    const inFiles = await readNdjson(this.#folder).catch(() => []);
    return [...inFiles, ...this.#taken.map(line => JSON.parse(line) as { _id: string })];
  }

  async repair(): Promise<void> {
    const undo = this.#undo;
    this.#undo = undefined;
    await undo?.();
  }

  async stop(): Promise<void> {
    await rm(this.root, { recursive: true, force: true, maxRetries: 10 });
  }

  /** A file stands where the folder has to be. */
  async block(): Promise<void> {
    const aside = join(this.root, 'aside');
    await mkdir(this.#folder, { recursive: true });
    await rename(this.#folder, aside);
    await writeFile(this.#folder, 'not a folder');
    this.#undo = async () => {
      await rm(this.#folder);
      await rename(aside, this.#folder);
    };
  }

  /** Something that cannot be written to stands in the place of the file. */
  async replaceFile(make: (path: string) => Promise<unknown>): Promise<void> {
    await this.#setAside();
    await make(this.#path);
    this.#undo = () => this.#bringBack();
  }

  /** A pipe that is full stands in the place of the file: a write to it waits until somebody reads. */
  async replaceByFullPipe(keepsWhatIsWritten: boolean): Promise<void> {
    await this.#setAside();
    execFileSync('mkfifo', [this.#path]);
    const pipe = await open(this.#path, constants.O_RDWR | constants.O_NONBLOCK);
    const filler = Buffer.alloc(4_096, ' ');
    while (await pipe.write(filler).catch(() => undefined));
    this.#undo = async () => {
      // Out of the way first, so that the next batch goes to a file.
      const aside = join(this.root, 'pipe');
      await rename(this.#path, aside);
      await this.#bringBack();
      const text = await readUntilQuiet(pipe);
      await pipe.close();
      await rm(aside);
      if (keepsWhatIsWritten)
        this.#taken.push(
          ...text
            .trim()
            .split('\n')
            .filter(line => line !== ''),
        );
    };
  }

  async #setAside(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await rename(this.#path, join(this.root, 'kept.ndjson')).catch(() => undefined);
  }

  async #bringBack(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
    await rename(join(this.root, 'kept.ndjson'), this.#path).catch(() => undefined);
  }
}

/** Reads what waits in the pipe and what a blocked writer adds. */
async function readUntilQuiet(pipe: FileHandle): Promise<string> {
  let text = '';
  for (let quietTurns = 0; quietTurns < 20;) {
    const chunk = await pipe.read(Buffer.alloc(65_536)).catch(() => undefined);
    if (chunk === undefined || chunk.bytesRead === 0) {
      quietTurns += 1;
      await new Promise(resolve => setImmediate(resolve));
      continue;
    }
    quietTurns = 0;
    text += chunk.buffer.toString('utf8', 0, chunk.bytesRead);
  }
  return text;
}

const NO_SERVER = 'the operating system answers, and for the whole batch';
const ONLY_JSON = 'every record that is JSON can be written';

/** Linux, for its pipes and devices. */
export const fileHarness: SinkHarness<FileTarget> = {
  guarantee: 'at-least-once',
  deadlineMs: 20,
  start: async () => new FileTarget(await mkdtemp(join(tmpdir(), 'logged-controllers-'))),
  faults: {
    unreachable: target => target.block(),
    'lost-before': target => target.replaceFile(path => mkdir(path)),
    'lost-after': NO_SERVER,
    hanging: target => target.replaceByFullPipe(false),
    late: target => target.replaceByFullPipe(true),
    slow: 'a file has no pace of its own: see hanging and late',
    partial: NO_SERVER,
    overloaded: NO_SERVER,
    full: target => target.replaceFile(path => symlink('/dev/full', path)),
    unknown: target => target.replaceFile(path => symlink(path, path)),
    credentials: 'there is no log-in',
    configuration:
      'options are checked when the sink is made; a folder without the right to write may get it at any time',
    'poison-named': ONLY_JSON,
    'poison-unnamed': ONLY_JSON,
    'closed-for-good': 'there may be room and rights again at any time',
  },
};
