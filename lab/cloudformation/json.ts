/** What a template, resolved properties and custom resources are made of. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Own properties only: a logical id such as `constructor` is no resource unless the template says so. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The value at the end of keys joined by dots, e.g. `Endpoint.Port`. */
export function dig(object: JsonObject, dotted: string): Json | undefined {
  const whole = own(object, dotted);
  if (whole !== undefined) {
    return whole;
  }
  let value: Json | undefined = object;
  for (const key of dotted.split('.')) {
    value = isJsonObject(value) ? own(value, key) : undefined;
  }
  return value;
}

/** For messages: short, on one line. */
export function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
