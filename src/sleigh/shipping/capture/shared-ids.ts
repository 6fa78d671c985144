/** Names the objects that stay the same on a worker from shipment to shipment: what variables of files hold, and classes. */
export class SharedIds {
  readonly #ids = new WeakMap<object, string>();
  readonly #objects = new Map<string, WeakRef<object>>();
  #count = 0;

  /** The object's name; it gets one if it has none. */
  assign(object: object | symbol): string {
    // Unregistered symbols can be keys and referents where this runs; TypeScript does not know it yet.
    const key = object as object;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = String(++this.#count);
      this.#ids.set(key, id);
      this.#objects.set(id, new WeakRef(key));
    }
    return id;
  }

  idOf(object: object | symbol): string | undefined {
    return this.#ids.get(object as object);
  }

  /** The object of a name; undefined if there is none any more. */
  find(id: string): object | undefined {
    return this.#objects.get(id)?.deref();
  }
}
