import { randomFillSync } from 'node:crypto';

const IDS_AT_ONCE = 128;
const RANDOM_DIGITS = 20;
const VARIANTS = '89ab';

/**
 * Makes UUIDs of version 7 (RFC 9562): 48 bits of time, then random bits. Random digits are fetched for many ids at a
 * time, because a request should not pay for a system call.
 */
export class UuidV7Source {
  readonly #pool = Buffer.alloc((IDS_AT_ONCE * RANDOM_DIGITS) / 2);
  #digits = '';
  #next = 0;
  #timeMs = -1;
  #time = '';

  /** @param timeMs milliseconds since 1970 */
  make(timeMs: number): string {
    if (this.#next === this.#digits.length) {
      this.#digits = randomFillSync(this.#pool).toString('hex');
      this.#next = 0;
    }
    if (timeMs !== this.#timeMs) {
      const time = timeMs.toString(16).padStart(12, '0');
      this.#time = `${time.slice(0, 8)}-${time.slice(8)}-7`;
      this.#timeMs = timeMs;
    }
    const digits = this.#digits;
    const at = this.#next;
    this.#next += RANDOM_DIGITS;
    // The fourth digit is not used as it is: two of its bits are the variant's.
    const variant = VARIANTS[digits.charCodeAt(at + 3) & 3]!;
    return `${this.#time}${digits.slice(at, at + 3)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, at + 19)}`;
  }
}
