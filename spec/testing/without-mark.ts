type Marked = abstract new (...args: never[]) => object;

const SENSITIVE_PROPERTIES = Symbol.for('logged-controllers:sensitive-properties');

/** Runs with a class as it were if somebody had taken one `@Sensitive` away. */
export async function withoutMark<Result>(
  owner: Marked,
  property: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const marks = Reflect.getOwnMetadata(SENSITIVE_PROPERTIES, owner) as Map<string, unknown>;
  const mark = marks.get(property);
  if (mark === undefined) throw new Error(`${owner.name}.${property} has no mark`);
  marks.delete(property);
  try {
    return await run();
  } finally {
    marks.set(property, mark);
  }
}
