import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A text that the process wrote somewhere. */
export interface Written {
  readonly where: string;
  readonly text: string;
}

/** Notes what goes to standard output and standard error, which still show it. */
export class ConsoleWatch {
  readonly written: Written[] = [];
  readonly #restore: (() => void)[] = [];

  start(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = process[name];
      const { write } = stream;
      const note = (chunk: unknown): void => {
        this.written.push({
          where: name,
          text: typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString(),
        });
      };
      const noted = function (this: typeof stream, ...args: Parameters<typeof write>): boolean {
        note(args[0]);
        return write.apply(this, args);
      } as typeof write;
      stream.write = noted;
      this.#restore.push(() => {
        // Whoever wrapped it meanwhile keeps what they wrapped.
        if (stream.write === noted) stream.write = write;
      });
    }
  }

  stop(): void {
    for (const restore of this.#restore.splice(0)) restore();
  }
}

/** Reads what was added to files, or to the files of folders, since it was made. */
export class FileWatch {
  readonly #sizes = new Map<string, number>();

  constructor(private readonly paths: readonly string[]) {
    for (const file of this.#files()) this.#sizes.set(file, statSync(file).size);
  }

  read(): Written[] {
    return this.#files().map(file => ({ where: file, text: textFrom(file, this.#sizes.get(file) ?? 0) }));
  }

  #files(): string[] {
    return this.paths.flatMap(path => {
      if (!existsSync(path)) return [];
      if (!statSync(path).isDirectory()) return [path];
      return readdirSync(path, { withFileTypes: true, recursive: true })
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name));
    });
  }
}

function textFrom(file: string, offset: number): string {
  const descriptor = openSync(file, 'r');
  try {
    // A file that was rotated meanwhile is shorter than it was, and new from its start.
    const { size } = fstatSync(descriptor);
    const start = size < offset ? 0 : offset;
    const bytes = Buffer.alloc(size - start);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, start));
  } finally {
    closeSync(descriptor);
  }
}
