import { basename, dirname } from 'node:path';
import type { Owner, Processes } from '../../src/delivery/spool/owners';
import type { SpoolFile, SpoolFiles } from '../../src/delivery/spool/spool-files';

interface FileNode {
  readonly kind: 'file';
  bytes: Buffer;
  /** What survives a power failure. */
  safe: Buffer;
  touchedAt: Date;
}

interface FolderNode {
  readonly kind: 'folder';
  readonly entries: Map<string, Node>;
  /** The names that survive a power failure. */
  safe: Map<string, Node>;
  touchedAt: Date;
}

type Node = FileNode | FolderNode;

/** Where a process ends: around its nth call to the file system, counted from 1; `torn` writes half. */
export interface CrashPoint {
  readonly call: number;
  readonly when: 'before' | 'torn' | 'after';
}

/** A file system in memory that fails, crashes and loses power when told. */
export class FakeDisk implements SpoolFiles {
  calls = 0;
  /** What was called: `write /spool/…`. */
  readonly journal: string[] = [];
  crashPoint: CrashPoint | undefined;
  /** The errno with which changes fail; writes take a part first. */
  fault: string | undefined;
  /** Whether the fault is of writes alone: other changes succeed. */
  isWriteFault = false;
  /** How many promises settle before a read is answered. */
  readTicks = 1;
  isCrashed = false;
  readonly whenCrashed: Promise<void>;
  #noteCrash!: () => void;
  readonly #root: FolderNode;

  constructor(root = newFolder()) {
    this.#root = root;
    this.whenCrashed = new Promise(resolve => (this.#noteCrash = resolve));
  }

  /** Ends the process that uses this disk: none of its calls has an effect, or an answer, any more. */
  crash(): void {
    this.isCrashed = true;
    this.#noteCrash();
  }

  /** The disk as the next process finds it. */
  afterKill(): FakeDisk {
    return new FakeDisk(
      copyFolder(
        this.#root,
        node => node.entries,
        node => ({ bytes: node.bytes, safe: node.safe }),
      ),
    );
  }

  /** `kept` is the part, from 0 to 1, of what was not made safe that happens to be on the disk. */
  afterPowerFailure(kept = 0): FakeDisk {
    const content = ({ bytes, safe }: FileNode): { bytes: Buffer; safe: Buffer } => {
      const length = safe.length + Math.floor(Math.max(0, bytes.length - safe.length) * kept);
      const left = Buffer.concat([safe, bytes.subarray(safe.length, length)]);
      return { bytes: left, safe: left };
    };
    return new FakeDisk(copyFolder(this.#root, node => node.safe, content));
  }

  /** Paths of all files. */
  files(folder = this.#root, path = ''): string[] {
    return Array.from(folder.entries, ([name, node]) =>
      node.kind === 'file' ? [`${path}/${name}`] : this.files(node, `${path}/${name}`),
    ).flat();
  }

  contentOf(path: string): Buffer {
    return this.#file(path).bytes;
  }

  setContent(path: string, bytes: Buffer): void {
    const file = this.#file(path);
    file.bytes = file.safe = bytes;
  }

  /** As if somebody else deleted it. */
  delete(path: string): void {
    const folder = this.#folder(dirname(path));
    folder.entries.delete(basename(path));
    folder.safe.delete(basename(path));
  }

  open(path: string, access: 'read' | 'write'): Promise<SpoolFile> {
    return this.#call('open', path, access === 'write', () => this.#open(path, access));
  }

  openSync(path: string, access: 'write'): SpoolFile {
    return this.#callSync('open', path, () => this.#open(path, access));
  }

  makeDirectory(path: string): Promise<void> {
    return this.#call('makeDirectory', path, true, () => void this.#makeFolder(path));
  }

  makeDirectorySync(path: string): void {
    this.#callSync('makeDirectory', path, () => void this.#makeFolder(path));
  }

  syncDirectory(path: string): Promise<void> {
    return this.#call('syncDirectory', path, true, () => {
      const folder = this.#folder(path);
      folder.safe = new Map(folder.entries);
    });
  }

  list(path: string): Promise<readonly string[]> {
    return this.#call('list', path, false, () => {
      const node = this.#find(path);
      return node?.kind === 'folder' ? [...node.entries.keys()].sort() : [];
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', from, true, () => {
      const node = this.#find(from) ?? missing(from);
      this.#folder(dirname(from)).entries.delete(basename(from));
      this.#folder(dirname(to)).entries.set(basename(to), node);
    });
  }

  remove(path: string): Promise<void> {
    return this.#call('remove', path, true, () => {
      const folder = this.#find(dirname(path));
      if (folder?.kind === 'folder') folder.entries.delete(basename(path));
    });
  }

  removeDirectory(path: string): Promise<void> {
    return this.#call('removeDirectory', path, true, () => {
      if (this.#folder(path).entries.size > 0) throw failure('ENOTEMPTY', path);
      this.#folder(dirname(path)).entries.delete(basename(path));
    });
  }

  touchedAt(path: string): Promise<Date | undefined> {
    return this.#call('touchedAt', path, false, () => this.#find(path)?.touchedAt);
  }

  touch(path: string, at: Date): Promise<void> {
    return this.#call('touch', path, true, () => {
      (this.#find(path) ?? missing(path)).touchedAt = at;
    });
  }

  #open(path: string, access: 'read' | 'write'): SpoolFile {
    let node = this.#find(path);
    if (!node && access === 'write') {
      node = { kind: 'file', bytes: Buffer.alloc(0), safe: Buffer.alloc(0), touchedAt: new Date(0) };
      this.#folder(dirname(path)).entries.set(basename(path), node);
    }
    if (node?.kind !== 'file') return missing(path);
    return this.#opened(path, node);
  }

  #opened(path: string, node: FileNode): SpoolFile {
    const write = (bytes: Uint8Array, position: number): void => {
      requireOpen();
      const end = Math.max(node.bytes.length, position + bytes.length);
      const next = Buffer.alloc(end);
      next.set(node.bytes);
      next.set(bytes, position);
      node.bytes = next;
    };
    const writeHalf = (bytes: Uint8Array, position: number): void =>
      write(bytes.subarray(0, Math.floor(bytes.length / 2)), position);
    const sync = (): void => {
      requireOpen();
      node.safe = node.bytes;
    };
    // In a real process its number may be that of another file by then.
    let isClosed = false;
    const requireOpen = (): void => {
      if (isClosed) throw failure('EBADF', path);
    };
    const close = (): void => {
      requireOpen();
      isClosed = true;
    };
    return {
      write: (bytes, position) =>
        this.#call(
          'write',
          path,
          true,
          () => write(bytes, position),
          () => writeHalf(bytes, position),
        ),
      writeSync: (bytes, position) =>
        this.#callSync(
          'write',
          path,
          () => write(bytes, position),
          () => writeHalf(bytes, position),
        ),
      read: (length, position) =>
        this.#call('read', path, false, () => {
          requireOpen();
          return Buffer.from(node.bytes.subarray(position, position + length));
        }),
      truncate: length =>
        this.#call('truncate', path, true, () => {
          requireOpen();
          node.bytes = node.bytes.subarray(0, length);
        }),
      sync: () => this.#call('sync', path, true, sync),
      syncSync: () => this.#callSync('sync', path, sync),
      close: () => this.#call('close', path, false, close),
      closeSync: close,
    };
  }

  async #call<T>(name: string, path: string, isChange: boolean, run: () => T, runHalf?: () => void): Promise<T> {
    const never = new Promise<never>(() => {});
    if (this.isCrashed) return never;
    // An answer never comes within the call.
    for (let ticks = name === 'read' ? this.readTicks : 1; ticks > 0; ticks--) await Promise.resolve();
    if (this.isCrashed) return never;
    const isHit = this.#count(name, path);
    const when = isHit ? this.crashPoint!.when : undefined;
    if (when === 'before') this.crash();
    if (when === 'torn') {
      runHalf?.();
      this.crash();
    }
    if (this.isCrashed) return never;
    try {
      this.#failIfTold(path, isChange, runHalf);
      return run();
    } finally {
      if (when === 'after') {
        this.crash();
        await never;
      }
    }
  }

  #callSync<T>(name: string, path: string, run: () => T, runHalf?: () => void): T {
    this.#count(name, path);
    this.#failIfTold(path, true, runHalf);
    return run();
  }

  #count(name: string, path: string): boolean {
    this.calls++;
    this.journal.push(`${name} ${path}`);
    return this.calls === this.crashPoint?.call;
  }

  #failIfTold(path: string, isChange: boolean, runHalf?: () => void): void {
    if (!this.fault || !isChange || (this.isWriteFault && !runHalf)) return;
    runHalf?.();
    throw failure(this.fault, path);
  }

  #makeFolder(path: string): FolderNode {
    if (path === '/') return this.#root;
    const parent = this.#makeFolder(dirname(path));
    const node = parent.entries.get(basename(path)) ?? newFolder();
    parent.entries.set(basename(path), node);
    return node.kind === 'folder' ? node : missing(path);
  }

  #find(path: string): Node | undefined {
    if (path === '/') return this.#root;
    const parent = this.#find(dirname(path));
    return parent?.kind === 'folder' ? parent.entries.get(basename(path)) : undefined;
  }

  #folder(path: string): FolderNode {
    const node = this.#find(path);
    return node?.kind === 'folder' ? node : missing(path);
  }

  #file(path: string): FileNode {
    const node = this.#find(path);
    return node?.kind === 'file' ? node : missing(path);
  }
}

function newFolder(): FolderNode {
  return { kind: 'folder', entries: new Map(), safe: new Map(), touchedAt: new Date(0) };
}

function copyFolder(
  folder: FolderNode,
  entriesOf: (folder: FolderNode) => ReadonlyMap<string, Node>,
  contentOf: (file: FileNode) => { readonly bytes: Buffer; readonly safe: Buffer },
): FolderNode {
  // A name that is not safe yet, and one that is, can stand for one node.
  const copies = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    const known = copies.get(node);
    if (known) return known;
    if (node.kind === 'file') {
      const copied: FileNode = { ...node, ...contentOf(node) };
      copies.set(node, copied);
      return copied;
    }
    const copied: FolderNode = { ...newFolder(), touchedAt: node.touchedAt };
    copies.set(node, copied);
    for (const [name, child] of entriesOf(node)) copied.entries.set(name, copy(child));
    for (const [name, child] of node.safe) copied.safe.set(name, copy(child));
    return copied;
  };
  return copy(folder) as FolderNode;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

function missing(path: string): never {
  throw failure('ENOENT', path);
}

/** A process among others, of which only some still run. */
export function fakeProcesses(pid: number, running: readonly number[] = [pid]): Processes {
  const self: Owner = { host: 'host', pid, startedAt: '1', thread: 0 };
  return { self, isRunning: owner => Promise.resolve(running.includes(owner.pid)) };
}
