/** Nothing silent: what the stand-in does not model throws when it is touched, so that no test passes by accident. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      if (typeof key === 'symbol' || key in object || HARMLESS.has(key)) {
        const value: unknown = Reflect.get(object, key, object);
        return typeof value === 'function' && !isClass(value) ? value.bind(object) : value;
      }
      throw new Error(`electron stand-in: ${name}.${key} is not modelled`);
    },
    set(object, key, value) {
      if (typeof key === 'symbol' || key in object) return Reflect.set(object, key, value, object);
      throw new Error(`electron stand-in: ${name}.${key} is not modelled`);
    },
  });
}

/** Asked by the language itself: is this a promise, how is it printed? */
const HARMLESS: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor']);

function isClass(value: object): boolean {
  return 'prototype' in value && Function.prototype.toString.call(value).startsWith('class');
}
