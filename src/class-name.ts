/** Name of the class that an object says it is of; `undefined` where the application has put something else there. */
export function classNameOf(value: object): string | undefined {
  try {
    const { constructor } = value as { readonly constructor: unknown };
    if (typeof constructor !== 'function') return undefined;
    const { name } = constructor as { readonly name: unknown };
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}
