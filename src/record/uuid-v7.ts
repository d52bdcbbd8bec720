import { randomFillSync } from 'node:crypto';

const IDS_AT_ONCE = 128;
const RANDOM_DIGITS = 20;
const VARIANTS = '89ab';
const HEX_BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * Makes UUIDs of version 7 (RFC 9562): 48 bits of time, then random bits. The random halves are made for many ids at a
 * time, because a request should not pay for a system call.
 */
export class UuidV7Source {
  readonly #pool = Buffer.alloc((IDS_AT_ONCE * RANDOM_DIGITS) / 2);
  #randomHalves: string[] = [];
  #timeMs = -1;
  #time = '';

  /** @param timeMs milliseconds since 1970 */
  make(timeMs: number): string {
    if (timeMs !== this.#timeMs) {
      this.#time = timeDigits(timeMs);
      this.#timeMs = timeMs;
    }
    if (this.#randomHalves.length === 0) this.#randomHalves = this.#makeRandomHalves();
    return this.#time + this.#randomHalves.pop()!;
  }

  #makeRandomHalves(): string[] {
    const digits = randomFillSync(this.#pool).toString('hex');
    return Array.from({ length: IDS_AT_ONCE }, (_, index) => {
      const half = digits.slice(index * RANDOM_DIGITS, (index + 1) * RANDOM_DIGITS);
      // The fourth digit is not used as it is: two of its bits are the variant's.
      const variant = VARIANTS[half.charCodeAt(3) & 3]!;
      return `-7${half.slice(0, 3)}-${variant}${half.slice(4, 7)}-${half.slice(7, 19)}`;
    });
  }
}

/** `0190b5f2-7a41`; by a table, because `toString(16)` takes several times as long. */
function timeDigits(timeMs: number): string {
  const high = Math.floor(timeMs / 2 ** 16);
  const low = timeMs - high * 2 ** 16;
  const hex = (byte: number): string => HEX_BYTES[byte & 0xff]!;
  return `${hex(high >>> 24)}${hex(high >>> 16)}${hex(high >>> 8)}${hex(high)}-${hex(low >>> 8)}${hex(low)}`;
}
