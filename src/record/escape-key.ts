// Keys that a MongoDB query, BSON or a prototype would read as something else. Percent-escaped, so that the original
// can be had back with decodeURIComponent, and `%` itself is escaped where it could be mistaken for ours.
const PLAIN_KEY = /^[^$.%\0_][^.%\0]*$|^_(?!_proto__$|bsontype$)[^.%\0]*$/;

/**
 * A key that is safe in JSON, BSON and MongoDB queries. The empty key becomes `%`.
 *
 * @example
 * escapeKey('$where'); // '%24where'
 * escapeKey('a.b'); // 'a%2Eb'
 */
export function escapeKey(key: string): string {
  if (PLAIN_KEY.test(key)) return key;
  if (key === '') return '%';
  if (key === '__proto__' || key === '_bsontype') return `%5F${key.slice(1)}`;
  return key.replace(/^\$|[.%\0]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
