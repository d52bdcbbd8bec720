import { open } from 'node:fs/promises';

const NEW_LINE = 10;

/** Counts the lines of a growing file; reads each byte once. */
export class LineCount {
  readonly #chunk = Buffer.alloc(1_048_576);
  #offset = 0;
  #lines = 0;

  constructor(private readonly path: string) {}

  async count(): Promise<number> {
    const file = await open(this.path);
    try {
      for (;;) {
        const { bytesRead } = await file.read(this.#chunk, 0, this.#chunk.length, this.#offset);
        if (bytesRead === 0) return this.#lines;
        this.#offset += bytesRead;
        for (let at = 0; at < bytesRead; at++) if (this.#chunk[at] === NEW_LINE) this.#lines += 1;
      }
    } finally {
      await file.close();
    }
  }
}
