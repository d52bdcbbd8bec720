import { expect } from 'chai';
import { join } from 'node:path';
import { LoggingError } from '../../src/errors';
import { consoleSink } from '../../src/sinks/console/console-sink';
import { fileSink } from '../../src/sinks/file/file-sink';
import { resolveFileSinkOptions } from '../../src/sinks/file/file-sink-options';
import { memorySink } from '../../src/sinks/memory-sink';
import type { Sink } from '../../src/sinks/sink';

type Factory = (options: never) => Sink;
type Row = readonly [factory: Factory, options: unknown, message: string];

// prettier-ignore
const WRONG_OPTIONS: readonly Row[] = [
  [fileSink, { folder: './logs' }, 'fileSink has no option "folder": known options are name, directory, fileName, maxFileBytes, rotateDaily, compress, maxFiles, maxAgeDays, fileMode, directoryMode.'],
  [fileSink, { maxFileByte: 1 }, 'fileSink has no option "maxFileByte": did you mean "maxFileBytes"?'],
  [fileSink, { Directory: 'x' }, 'fileSink has no option "Directory": did you mean "directory"?'],
  [fileSink, null, 'fileSink must be an options object, got null.'],
  [fileSink, './logs', 'fileSink must be an options object, got a string of 6 characters.'],
  [fileSink, { name: '' }, 'fileSink.name must be a string that is not empty, got an empty string.'],
  [fileSink, { directory: 7 }, 'fileSink.directory must be a string that is not empty, got 7.'],
  [fileSink, { fileName: 'logs/a.ndjson' }, 'fileSink.fileName must be a file name without a folder and without ".gz", got a string of 13 characters.'],
  [fileSink, { fileName: '..' }, 'fileSink.fileName must be a file name without a folder and without ".gz", got a string of 2 characters.'],
  [fileSink, { fileName: 'a.ndjson.gz' }, 'fileSink.fileName must be a file name without a folder and without ".gz", got a string of 11 characters.'],
  [fileSink, { maxFileBytes: 0 }, 'fileSink.maxFileBytes must be a whole number from 1024 to 1099511627776 (bytes), got 0.'],
  [fileSink, { maxFileBytes: '64M' }, 'fileSink.maxFileBytes must be a whole number from 1024 to 1099511627776 (bytes), got a string of 3 characters.'],
  [fileSink, { rotateDaily: 'yes' }, 'fileSink.rotateDaily must be true or false, got a string of 3 characters.'],
  [fileSink, { compress: 'gzip' }, 'fileSink.compress must be true or false, got a string of 4 characters.'],
  [fileSink, { maxFiles: 0 }, 'fileSink.maxFiles must be a whole number from 1 to 100000 (rotated files), got 0.'],
  [fileSink, { maxAgeDays: 0.5 }, 'fileSink.maxAgeDays must be a whole number from 1 to 36500 (days), got 0.5.'],
  [fileSink, { fileMode: 0o400 }, 'fileSink.fileMode must be a whole number from 384 to 511 (0o600 to 0o777), got 256.'],
  [fileSink, { directoryMode: 0o600 }, 'fileSink.directoryMode must be a whole number from 448 to 511 (0o700 to 0o777), got 384.'],
  [consoleSink, { colour: true }, 'consoleSink has no option "colour": known options are name, format, bodies, stream.'],
  [consoleSink, { bodie: true }, 'consoleSink has no option "bodie": did you mean "bodies"?'],
  [consoleSink, { name: 1 }, 'consoleSink.name must be a string that is not empty, got 1.'],
  [consoleSink, { format: 'preety' }, 'consoleSink.format must be one of "auto", "pretty", "json", got "preety".'],
  [consoleSink, { bodies: 1 }, 'consoleSink.bodies must be true or false, got 1.'],
  [consoleSink, { stream: 'stdout' }, 'consoleSink.stream must be a writable stream, got a string of 6 characters.'],
  [memorySink, { max: 5 }, 'memorySink has no option "max": known options are name, maxRecords.'],
  [memorySink, { name: '' }, 'memorySink.name must be a string that is not empty, got an empty string.'],
  [memorySink, { maxRecords: 0 }, 'memorySink.maxRecords must be a whole number from 1 to 1000000 (records), got 0.'],
];

describe('a wrong option of a sink', () => {
  for (const [factory, options, message] of WRONG_OPTIONS) {
    it(`is refused at start: ${factory.name} ${JSON.stringify(options)}`, () => {
      expect(() => factory(options as never))
        .to.throw(LoggingError, message)
        .with.property('message', message);
    });
  }
});

describe('the file sink without options', () => {
  it('keeps 30 files and 30 days of at most 64 MiB in ./.logged, for the owner only', () => {
    expect(resolveFileSinkOptions()).to.deep.equal({
      name: 'file',
      directory: join(process.cwd(), '.logged'),
      fileName: 'requests.ndjson',
      maxFileBytes: 67_108_864,
      rotateDaily: true,
      compress: true,
      maxFiles: 30,
      maxAgeDays: 30,
      fileMode: 0o600,
      directoryMode: 0o700,
    });
  });
});
