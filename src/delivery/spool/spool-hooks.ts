import type { PackedRecord } from '../../record/packed-record';
import type { SpoolDamage, SpoolPlace } from './record-spool';

/** A record that was appended and then refused by the disk. Its place is void: it must not be settled. */
export interface RefusedRecord {
  readonly place: SpoolPlace;
  /** `null` when it was appended as held: the lane has it in memory. Else it is given back, and no longer in `unread`. */
  readonly record: PackedRecord | null;
}

/** `failing`: the disk refuses to write, and `append` refuses too, until it works again. */
export type SpoolState = { readonly name: 'working' } | { readonly name: 'failing'; readonly reason: string };

/** What a spool tells its lane. None of them may throw. */
export interface SpoolHooks {
  /** Records of earlier processes that are now in `unread`. Called while the spool opens, and whenever more are found. */
  onRecovered(records: number): void;
  /** Records that are lost; they are in `unread` no longer, and those of earlier processes never were. */
  onDamage(damage: SpoolDamage): void;
  onRefused(refused: readonly RefusedRecord[]): void;
  /** Called when the state changes. It is `working` at first. */
  onState(state: SpoolState): void;
}
