/** JSON as it is kept in memory: an integer that a double cannot hold is a bigint. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** One record as the provider gave it, after nulls were filtered where the instance says so. */
export type SourceRecord = JsonObject;
