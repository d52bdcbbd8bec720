const NO_RECORDS = Symbol.for('logged-controllers:no-records');

interface Global {
  [NO_RECORDS]?: true;
}

/**
 * From now on every `createLogging()` of this process makes no records and opens no sink. For a command that loads an
 * application only to look at it; the other copies of this package that the application may use obey it as well.
 */
export function forbidRecords(): void {
  (globalThis as Global)[NO_RECORDS] = true;
}

export function areRecordsForbidden(): boolean {
  return (globalThis as Global)[NO_RECORDS] === true;
}
