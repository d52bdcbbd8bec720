/** Data that JSON and BSON both carry unchanged. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** An object of {@link JsonValue}s. */
export interface JsonObject {
  [key: string]: JsonValue;
}
