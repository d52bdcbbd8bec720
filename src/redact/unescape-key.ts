import { escapeKey } from '../record/escape-key';

/** The name that a record's key stands for: undoes `escapeKey`, and leaves a key that it did not make as it is. */
export function unescapeKey(key: string): string {
  if (!key.includes('%')) return key;
  if (key === '%') return '';
  try {
    const name = decodeURIComponent(key);
    return escapeKey(name) === key ? name : key;
  } catch {
    return key;
  }
}
