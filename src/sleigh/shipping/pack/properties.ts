import { PropertyFlag, type Integrity } from "./graph.ts";
import type { DraftSlot, Place } from "./packing.ts";

const ORDINARY = PropertyFlag.enumerable | PropertyFlag.writable | PropertyFlag.configurable;

export type DraftSpecial = readonly [key: DraftSlot, flags: number, valueOrGetter: DraftSlot, setter: DraftSlot];

/** The own properties of an object, ordinary ones apart. */
export interface OwnProperties {
  readonly properties: readonly (string | DraftSlot)[];
  readonly special: readonly DraftSpecial[];
}

/**
 * Reads all own properties but those whose keys `skip` names. Getters are not called: they travel. What `integrity` says
 * about all of them is left out.
 */
export function ownProperties(
  object: object,
  at: Place,
  integrity: Integrity,
  skip: (key: string | symbol) => boolean,
): OwnProperties {
  const implied = impliedBy(integrity);
  const properties: (string | DraftSlot)[] = [];
  const special: DraftSpecial[] = [];
  for (const key of Reflect.ownKeys(object)) {
    if (skip(key)) {
      continue;
    }
    const descriptor = Reflect.getOwnPropertyDescriptor(object, key)!;
    if (typeof key === "string" && (flagsOf(descriptor) | implied) === ORDINARY) {
      properties.push(key, at.property(key, descriptor.value));
    } else {
      special.push(specialProperty(key, descriptor, at));
    }
  }
  return { properties, special };
}

export function integrityOf(object: object): Integrity {
  if (Object.isExtensible(object)) {
    return undefined;
  }
  return Object.isFrozen(object) ? "frozen" : Object.isSealed(object) ? "sealed" : "closed";
}

function impliedBy(integrity: Integrity): number {
  switch (integrity) {
    case "frozen":
      return PropertyFlag.writable | PropertyFlag.configurable;
    case "sealed":
      return PropertyFlag.configurable;
    default:
      return 0;
  }
}

/** All own properties in the form that can say everything about them. */
export function allSpecial(
  object: object,
  at: Place,
  skip: (key: string | symbol) => boolean,
): readonly DraftSpecial[] {
  return Reflect.ownKeys(object)
    .filter((key) => !skip(key))
    .map((key) => specialProperty(key, Reflect.getOwnPropertyDescriptor(object, key)!, at));
}

export function specialProperty(key: string | symbol, descriptor: PropertyDescriptor, at: Place): DraftSpecial {
  const flags = flagsOf(descriptor);
  const keySlot = at.part("the key of a property", key);
  return (flags & PropertyFlag.accessor) !== 0
    ? [keySlot, flags, at.property(key, descriptor.get), at.property(key, descriptor.set)]
    : [keySlot, flags, at.property(key, descriptor.value), undefined];
}

function flagsOf({ enumerable, writable, configurable, get, set }: PropertyDescriptor): number {
  return (
    (enumerable === true ? PropertyFlag.enumerable : 0) +
    (writable === true ? PropertyFlag.writable : 0) +
    (configurable === true ? PropertyFlag.configurable : 0) +
    (get !== undefined || set !== undefined ? PropertyFlag.accessor : 0)
  );
}
