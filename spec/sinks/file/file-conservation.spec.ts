import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkProperty } from '../../support/check-property';
import { readLines } from '../../support/read-ndjson';
import { sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

type Step =
  | { readonly kind: 'write'; readonly count: number; readonly together: number }
  | { readonly kind: 'clock'; readonly hours: number }
  | { readonly kind: 'restart' | 'renamed outside' | 'disk full' | 'room again' | 'other process dies in a line' };

// prettier-ignore
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write'), count: fc.integer({ min: 1, max: 9 }), together: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clock'), hours: fc.integer({ min: -30, max: 30 }) }) },
  ...(['restart', 'renamed outside', 'disk full', 'room again', 'other process dies in a line'] as const).map(kind => ({
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant(kind) }),
  })),
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
        const { stored, expected } = await course.finish();
        expect(stored.sort()).to.deep.equal(expected.sort());
      }),
      60,
    );
  });
});

/** A file sink to which things happen, and the ids that it has acknowledged. */
class Course {
  readonly #directory: string;
  readonly #acknowledged: string[] = [];
  #sink: TestFileSink;
  #now = Date.parse('2027-03-10T10:15:00.000Z');
  #given = 0;
  #moved = 0;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#sink = this.#newSink();
  }

  static async start(directory: string): Promise<Course> {
    const course = new Course(directory);
    await course.#sink.open();
    return course;
  }

  async take(step: Step): Promise<void> {
    const current = join(this.#directory, 'requests.ndjson');
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
        await writeFile(current, '{"torn":', { flag: 'a' }).catch(() => undefined);
        return;
      case 'room again':
      case 'renamed outside':
        await this.#moveAway(current);
        return;
      case 'disk full':
        await this.#moveAway(current);
        await symlink('/dev/full', current);
    }
  }

  async finish(): Promise<{ readonly stored: string[]; readonly expected: string[] }> {
    await this.#moveAway(join(this.#directory, 'requests.ndjson'));
    await this.#sink.close();
    const names = ['requests.ndjson', ...(await readdir(this.#directory)).filter(name => name.startsWith('moved'))];
    const lines = (await Promise.all(names.map(name => readLines(this.#directory, name)))).flat();
    const whole = lines.filter(line => !/^(\{"torn":)+$/.test(line));
    return { stored: whole.map(line => (JSON.parse(line) as { _id: string })._id), expected: this.#acknowledged };
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

  async #moveAway(current: string): Promise<void> {
    this.#moved += 1;
    const target = join(this.#directory, `moved.${this.#moved}`);
    await rename(current, target).catch(() => undefined);
    // The device is not to be read back.
    const device = await readlink(target).catch(() => undefined);
    if (device) await rm(target);
  }

  #newSink(): TestFileSink {
    const options = { directory: this.#directory, maxFileBytes: 10_000, maxFiles: 10_000, maxAgeDays: 36_500 };
    return new TestFileSink(options).at(new Date(this.#now).toISOString());
  }
}
