import { expect } from 'chai';
import fc from 'fast-check';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { checkProperty } from '../../support/check-property';
import { openFilesIn } from '../../support/open-files';
import { readLines } from '../../support/read-ndjson';
import { sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

const EVENTS = [
  'restart',
  'renamed outside',
  'replaced outside',
  'copied and cut outside',
  'folder moved outside',
  'disk full',
  'room again',
  'other process dies in a line',
] as const;

type Step =
  | { readonly kind: 'write'; readonly count: number; readonly together: number }
  | { readonly kind: 'clock'; readonly hours: number }
  | { readonly kind: (typeof EVENTS)[number] };

// prettier-ignore
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write'), count: fc.integer({ min: 1, max: 9 }), together: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clock'), hours: fc.integer({ min: -30, max: 30 }) }) },
  ...EVENTS.map(kind => ({ weight: 1, arbitrary: fc.record({ kind: fc.constant(kind) }) })),
);

describe('over any course of events', () => {
  const directory = useTemporaryDirectory();

  it('the files hold every acknowledged record once and no refused one', function () {
    if (process.platform !== 'linux') this.skip();
    this.timeout(60_000);
    return checkProperty(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async steps => {
        const course = await Course.start(await mkdtemp(join(directory(), 'run-')));
        for (const each of steps) await course.take(each);
        const { stored, expected, leftOpen } = await course.finish();
        expect(stored.sort()).to.deep.equal(expected.sort());
        expect(leftOpen).to.deep.equal([]);
      }),
      60,
    );
  });
});

/** A file sink to which things happen, and the ids that it has acknowledged. */
class Course {
  /** Holds the folder of the sink, and what is moved away from there. */
  readonly #directory: string;
  readonly #folder: string;
  readonly #current: string;
  readonly #acknowledged: string[] = [];
  #sink: TestFileSink;
  #now = Date.parse('2027-03-10T10:15:00.000Z');
  #given = 0;
  #moved = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#folder = join(directory, 'logs');
    this.#current = join(this.#folder, 'requests.ndjson');
    this.#sink = this.#newSink();
  }

  static async start(directory: string): Promise<Course> {
    const course = new Course(directory);
    await course.#sink.open();
    return course;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write':
        await Promise.all(Array.from({ length: step.together }, () => this.#write(step.count)));
        return;
      case 'clock':
        this.#now += step.hours * 3_600_000;
        this.#sink.at(new Date(this.#now).toISOString());
        return;
      case 'restart':
        await this.#sink.close();
        this.#sink = await this.#newSink().open();
        return;
      case 'other process dies in a line':
        await writeFile(this.#current, '{"torn":', { flag: 'a' }).catch(() => undefined);
        return;
      case 'room again':
      case 'renamed outside':
        await this.#moveAway();
        return;
      case 'replaced outside':
        await this.#moveAway();
        await mkdir(this.#folder, { recursive: true });
        await writeFile(this.#current, '');
        return;
      case 'copied and cut outside':
        await this.#removeDevice();
        await copyFile(this.#current, this.#nextMoved()).catch(() => undefined);
        await truncate(this.#current).catch(() => undefined);
        return;
      case 'folder moved outside':
        await this.#removeDevice();
        await rename(this.#folder, this.#nextMoved()).catch(() => undefined);
        return;
      case 'disk full':
        await this.#moveAway();
        await mkdir(this.#folder, { recursive: true });
        await symlink('/dev/full', this.#current);
    }
  }

  async finish() {
    await this.#removeDevice();
    await this.#sink.close();
    const leftOpen = await openFilesIn(this.#directory);
    const places = await readdir(this.#directory, { withFileTypes: true });
    const lines = await Promise.all(
      places.map(place =>
        place.isDirectory() ? readLines(join(this.#directory, place.name)) : readLines(this.#directory, place.name),
      ),
    );
    const whole = lines.flat().filter(line => !/^(\{"torn":)+$/.test(line));
    const stored = whole.map(line => (JSON.parse(line) as { _id: string })._id);
    return { stored, expected: this.#acknowledged, leftOpen };
  }

  async #write(count: number): Promise<void> {
    const records = sampleRecords(count, this.#given);
    this.#given += count;
    try {
      await this.#sink.write(records);
      this.#acknowledged.push(...records.map(record => record._id));
    } catch {
      // A refused batch: it must not be found.
    }
  }

  async #moveAway(): Promise<void> {
    await this.#removeDevice();
    await rename(this.#current, this.#nextMoved()).catch(() => undefined);
  }

  /** It is not to be read back. */
  async #removeDevice(): Promise<void> {
    const isDevice = await readlink(this.#current).catch(() => undefined);
    if (isDevice) await rm(this.#current);
  }

  #nextMoved(): string {
    this.#moved += 1;
    return join(this.#directory, `moved.${this.#moved}`);
  }

  #newSink(): TestFileSink {
    const options = { directory: this.#folder, maxFileBytes: 10_000, maxFiles: 10_000, maxAgeDays: 36_500 };
    return new TestFileSink(options).at(new Date(this.#now).toISOString());
  }
}
