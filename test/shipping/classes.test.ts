import { describe, expect, test } from "vitest";
import { Receiver, Shipper, type AnyFunction } from "../../src/sleigh/shipping/index.ts";

const shipper = new Shipper();

async function send<F extends AnyFunction>(fn: F): Promise<F> {
  const { root, parts } = shipper.capture(fn);
  return (await new Receiver(parts).rebuild(root)) as F;
}

const defaults = { depth: 2, tags: ["a"] };
const withDefaults = (more: object): object => ({ ...defaults, ...more });

class Settings {
  static readonly standard = withDefaults({ made: "statically" });
  static readonly first = new Settings("first");
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

class Parent {
  static readonly children: Parent[] = [];
  static create(): Parent {
    return new Child();
  }
}

class Child extends Parent {
  static {
    Parent.children.push(new Child());
  }
  other = (): typeof Parent => Parent;
}

const registry: unknown[] = [];
function register(entry: unknown): number {
  return registry.push(entry);
}
class Registered {
  static readonly place = register("static");
}
registry.push(new Registered());

class Secret {
  #value = 1;
  get value(): number {
    return this.#value;
  }
}
class DeeperSecret extends Secret {
  #value = 2;
  get both(): number[] {
    return [this.value, this.#value];
  }
}
class Demanding {
  #name: string;
  constructor(name: string) {
    this.#name = name.trim();
  }
  get name(): string {
    return this.#name;
  }
}

describe("a class", () => {
  test("is evaluated after what its static fields use", async () => {
    const fn = await send(() => [Settings.standard, Settings.first.name, Settings.first instanceof Settings]);
    expect(fn()).toEqual([{ depth: 2, tags: ["a"], made: "statically" }, "first", true]);
  });

  test("and its subclass may need each other", async () => {
    const fn = await send(() => [
      Parent.create() instanceof Child,
      Parent.children.length,
      new Child().other() === Parent,
    ]);
    expect(fn()).toEqual([true, 1, true]);
  });

  test("may use a function that reaches the class's own instances", async () => {
    const fn = await send(() => [registry.length, registry.at(-1) instanceof Registered, typeof Registered.place]);
    const [length, isInstance, place] = fn();
    expect([isInstance, place]).toEqual([true, "number"]);
    expect(length).toBeGreaterThanOrEqual(2);
  });

  test("that a function makes is another one each time, and stays that", async () => {
    const make = (label: string): new () => { label: string } =>
      class {
        label = label;
      };
    const [A, B] = [make("a"), make("b")];
    const fn = await send(() => [new A().label, new B().label, new A() instanceof A, new A() instanceof B]);
    expect(fn()).toEqual(["a", "b", true, false]);
  });

  test("keeps what was added to it from outside", async () => {
    class Open {
      declare static extra: () => number;
      declare added: () => string;
    }
    Open.extra = () => 5;
    Open.prototype.added = () => "added";
    const fn = await send(() => [Open.extra(), new Open().added()]);
    expect(fn()).toEqual([5, "added"]);
  });

  test("has its name and text", async () => {
    const fn = await send(() => [Secret.name, Secret.toString()]);
    expect(fn()).toEqual(["Secret", Secret.toString()]);
  });
});

describe("an instance with private fields", () => {
  test("is refused when two of its classes use one name", () => {
    expect(() => shipper.pack([new DeeperSecret()])).toThrow(
      "value → element 0: an instance of DeeperSecret cannot be sent: two classes of it have a field #value",
    );
  });

  test("cannot be made when its constructor demands arguments", () => {
    const { value, parts } = shipper.pack([new Demanding("x")]);
    expect(() => new Receiver(parts).unpack(value)).toThrow(
      /an instance of Demanding cannot be made here: it has private fields/,
    );
  });
});

test("methods travel with their class, when it can be found", async () => {
  const fn = await send(Object.getOwnPropertyDescriptor(Secret.prototype, "value")!.get as (this: Secret) => number);
  expect(() => fn.call(new Secret())).toThrow(TypeError);
  const secret = new Secret();
  const bound = await send(() => secret.value);
  expect(bound()).toBe(1);
});
