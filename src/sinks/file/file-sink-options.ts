import { resolve } from 'node:path';
import { LoggingError } from '../../errors';
import { describeValue, refuseUnknownKeys, requireBoolean, requireInteger, requireText } from '../../option-checks';

/** Options of `fileSink`. */
export interface FileSinkOptions {
  /** Names the sink in counters and messages; needed when one logging has two file sinks. @defaultValue 'file' */
  readonly name?: string;
  /** Folder of the files, made when missing, relative to where the process was started. @defaultValue './.logged' */
  readonly directory?: string;
  /** Name of the file that is written to. Rotated files are named after it. @defaultValue 'requests.ndjson' */
  readonly fileName?: string;
  /**
   * Size at which a new file is begun, in bytes. A batch is never split: a file only grows beyond this when a single
   * batch is larger.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxFileBytes?: number;
  /** Begin a new file every day, at midnight UTC. @defaultValue true */
  readonly rotateDaily?: boolean;
  /** Compress rotated files with gzip, in the background. @defaultValue true */
  readonly compress?: boolean;
  /** Most rotated files kept; the oldest are deleted. @defaultValue 30 */
  readonly maxFiles?: number;
  /** Rotated files are deleted this many days after their rotation. @defaultValue 30 */
  readonly maxAgeDays?: number;
  /** Permission bits of new files, narrowed by the umask. Records are sensitive. @defaultValue 0o600 */
  readonly fileMode?: number;
  /** Permission bits of new folders, narrowed by the umask. @defaultValue 0o700 */
  readonly directoryMode?: number;
}

export type ResolvedFileSinkOptions = Required<FileSinkOptions>;

const KNOWN_OPTIONS: readonly (keyof FileSinkOptions)[] = [
  'name',
  'directory',
  'fileName',
  'maxFileBytes',
  'rotateDaily',
  'compress',
  'maxFiles',
  'maxAgeDays',
  'fileMode',
  'directoryMode',
];

/** @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option, its range and what was given. */
export function resolveFileSinkOptions(options: FileSinkOptions = {}): ResolvedFileSinkOptions {
  refuseUnknownKeys('fileSink', options, KNOWN_OPTIONS);
  const {
    name = 'file',
    directory = './.logged',
    fileName = 'requests.ndjson',
    maxFileBytes = 64 * 1024 * 1024,
    rotateDaily = true,
    compress = true,
    maxFiles = 30,
    maxAgeDays = 30,
    fileMode = 0o600,
    directoryMode = 0o700,
  } = options;
  requireText('fileSink.name', name);
  requireText('fileSink.directory', directory);
  requirePlainFileName('fileSink.fileName', fileName);
  requireInteger('fileSink.maxFileBytes', maxFileBytes, { min: 1_024, max: 1024 ** 4, unit: 'bytes' });
  requireBoolean('fileSink.rotateDaily', rotateDaily);
  requireBoolean('fileSink.compress', compress);
  requireInteger('fileSink.maxFiles', maxFiles, { min: 1, max: 100_000, unit: 'rotated files' });
  requireInteger('fileSink.maxAgeDays', maxAgeDays, { min: 1, max: 36_500, unit: 'days' });
  requireInteger('fileSink.fileMode', fileMode, { min: 0o600, max: 0o777, unit: '0o600 to 0o777' });
  requireInteger('fileSink.directoryMode', directoryMode, { min: 0o700, max: 0o777, unit: '0o700 to 0o777' });
  return {
    name,
    // A later `process.chdir` must not move the files.
    directory: resolve(directory),
    fileName,
    maxFileBytes,
    rotateDaily,
    compress,
    maxFiles,
    maxAgeDays,
    fileMode,
    directoryMode,
  };
}

function requirePlainFileName(option: string, value: unknown): void {
  if (typeof value === 'string' && /^[^/\\\0]+$/.test(value) && !/^\.\.?$|\.gz$/i.test(value)) return;
  throw new LoggingError(
    'OPTION_INVALID',
    `${option} must be a file name without a folder and without ".gz", got ${describeValue(value)}.`,
  );
}
