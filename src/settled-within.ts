/** Waits until `work` has settled, either way, but no longer than `ms` milliseconds. */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => {}), timeUp]);
  clearTimeout(timer);
}
