import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const hex = (byte: number | undefined): string => HEX[byte ?? 0]!;
const RANDOM_BYTES = 10;

/**
 * Makes UUIDs of version 7 (RFC 9562): 48 bits of time, then random bits. Random bytes are fetched for 128 ids at a
 * time, because a request should not pay for a system call.
 */
export class UuidV7Source {
  readonly #pool = Buffer.alloc(RANDOM_BYTES * 128);
  #next = this.#pool.length;

  /** @param timeMs milliseconds since 1970 */
  make(timeMs: number): string {
    if (this.#next === this.#pool.length) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    const [pool, at] = [this.#pool, this.#next];
    this.#next += RANDOM_BYTES;
    const time = timeMs.toString(16).padStart(12, '0');
    const version = hex(((pool[at] ?? 0) & 0x0f) | 0x70) + hex(pool[at + 1]);
    const variant = hex(((pool[at + 2] ?? 0) & 0x3f) | 0x80) + hex(pool[at + 3]);
    let node = '';
    for (let place = at + 4; place < at + RANDOM_BYTES; place++) node += hex(pool[place]);
    return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`;
  }
}
