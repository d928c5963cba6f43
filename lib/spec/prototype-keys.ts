/** Keys that every object answers to without having them, among them `__proto__` and `constructor`. */
export function isPrototypeKey(key: string): boolean {
  return key in Object.prototype;
}
