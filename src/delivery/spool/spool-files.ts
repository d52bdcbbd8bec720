import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from '../../files/errno';
import { makeDirectory } from '../../files/make-directory';

/** An open file. All writes name their position, so that writing the same again changes nothing. */
export interface SpoolFile {
  /** Writes all of it or rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  writeSync(bytes: Uint8Array, position: number): void;
  /** Reads from `position` on; fewer bytes than asked for at the end of the file. */
  read(length: number, position: number): Promise<Buffer>;
  truncate(length: number): Promise<void>;
  /** Resolves when what was written survives a power failure. */
  sync(): Promise<void>;
  syncSync(): void;
  close(): Promise<void>;
  closeSync(): void;
}

/** All that a spool asks of a file system. Failures carry an errno as `code`. */
export interface SpoolFiles {
  /** `read`: it must exist. `write`: it is made when it is missing, and never emptied. */
  open(path: string, access: 'read' | 'write'): Promise<SpoolFile>;
  openSync(path: string, access: 'write'): SpoolFile;
  /** Makes a folder and its missing parents, for nobody but this user. */
  makeDirectory(path: string): Promise<void>;
  makeDirectorySync(path: string): void;
  /** Resolves when names that were added to a folder, or taken from it, survive a power failure. */
  syncDirectory(path: string): Promise<void>;
  /** Names in a folder, sorted; none when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file; one that is gone already is fine. */
  remove(path: string): Promise<void>;
  /** Deletes an empty folder. */
  removeDirectory(path: string): Promise<void>;
  /** When a file or folder was last changed or touched; `undefined` when it does not exist. */
  touchedAt(path: string): Promise<Date | undefined>;
  touch(path: string, at: Date): Promise<void>;
}

// Records hold what users sent: not for other users of the host.
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const FLAGS = { read: fs.constants.O_RDONLY, write: fs.constants.O_RDWR | fs.constants.O_CREAT };
/** What systems answer that cannot sync a folder: there the name is as safe as it gets. */
const CANNOT_SYNC = new Set(['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP', 'EACCES']);

const fsRead = promisify(fs.read);
const fsWrite = promisify(fs.write);
const fsSync = promisify(fs.fdatasync);
const fsTruncate = promisify(fs.ftruncate);
const fsClose = promisify(fs.close);
const fsOpen = promisify(fs.open);

/** Works on a descriptor, so that the same open file can be written in both ways. */
class NodeSpoolFile implements SpoolFile {
  constructor(private readonly descriptor: number) {}

  async write(bytes: Uint8Array, position: number): Promise<void> {
    // A disk that fills up takes a part and says so only in the count.
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await fsWrite(this.descriptor, bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  writeSync(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      done += fs.writeSync(this.descriptor, bytes, done, bytes.length - done, position + done);
    }
  }

  async read(length: number, position: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await fsRead(this.descriptor, buffer, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  truncate(length: number): Promise<void> {
    return fsTruncate(this.descriptor, length);
  }

  sync(): Promise<void> {
    return fsSync(this.descriptor);
  }

  syncSync(): void {
    fs.fdatasyncSync(this.descriptor);
  }

  close(): Promise<void> {
    return fsClose(this.descriptor);
  }

  closeSync(): void {
    fs.closeSync(this.descriptor);
  }
}

/** The file system of this host. */
export const nodeSpoolFiles: SpoolFiles = {
  async open(path, access) {
    return new NodeSpoolFile(await fsOpen(path, FLAGS[access], FILE_MODE));
  },
  openSync(path, access) {
    return new NodeSpoolFile(fs.openSync(path, FLAGS[access], FILE_MODE));
  },
  makeDirectory(path) {
    return makeDirectory(path, DIRECTORY_MODE);
  },
  makeDirectorySync(path) {
    fs.mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  },
  async syncDirectory(path) {
    let descriptor: number | undefined;
    try {
      descriptor = await fsOpen(path, fs.constants.O_RDONLY);
      await promisify(fs.fsync)(descriptor);
    } catch (cause) {
      if (!CANNOT_SYNC.has(errnoOf(cause) ?? '')) throw cause;
    } finally {
      if (descriptor !== undefined) await fsClose(descriptor);
    }
  },
  async list(path) {
    try {
      return (await fs.promises.readdir(path)).sort();
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return [];
      throw cause;
    }
  },
  rename: fs.promises.rename,
  remove(path) {
    return fs.promises.rm(path, { force: true });
  },
  removeDirectory(path) {
    return fs.promises.rmdir(path);
  },
  async touchedAt(path) {
    try {
      return (await fs.promises.stat(path)).mtime;
    } catch (cause) {
      if (errnoOf(cause) === 'ENOENT') return undefined;
      throw cause;
    }
  },
  touch(path, at) {
    return fs.promises.utimes(path, at, at);
  },
};
