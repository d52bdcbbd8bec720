const DAY_MS = 86_400_000;

/** When a record of this moment may be deleted. */
export function expireAt(at: Date | number, expireAfterDays: number): Date {
  return new Date(Number(at) + expireAfterDays * DAY_MS);
}
