export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Makes the objects and lists on the way; `false` where something else stands there. */
export function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): boolean {
  let at: Record<string, unknown> = root;
  for (const [place, name] of path.entries()) {
    const key = name === '*' ? '0' : name;
    if (place === path.length - 1) {
      if (Object.hasOwn(at, key)) return false;
      at[key] = value;
      return true;
    }
    at[key] ??= path[place + 1] === '*' ? [] : {};
    const next: unknown = at[key];
    if (typeof next !== 'object' || next === null) return false;
    at = next as Record<string, unknown>;
  }
  return false;
}

/** The values at a path; `*` stands for every element or key. */
export function valuesAt(root: unknown, path: readonly string[]): unknown[] {
  let values = Array.isArray(root) && path[0] !== '*' ? (root as unknown[]) : [root];
  for (const name of path) {
    values = values.flatMap(value => {
      if (typeof value !== 'object' || value === null) return [];
      if (name === '*') return Object.values(value);
      return Object.hasOwn(value, name) ? [(value as Record<string, unknown>)[name]] : [];
    });
  }
  return values.flat();
}
