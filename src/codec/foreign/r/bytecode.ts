import { ItemType } from "./item-types.ts";
import type { ItemReader } from "./item-reader.ts";

/*
 * The compiled body of a function: it is read over, to find what comes behind it.
 */

const languageTypes: readonly number[] = [
  ItemType.pairlist,
  ItemType.language,
  ItemType.pairlistWithAttributes,
  ItemType.languageWithAttributes,
  ItemType.bytecodeShared,
  ItemType.bytecodeAgain,
];

export function skipBytecode(reader: ItemReader): void {
  reader.input.integer(); // how many parts are shared
  skipCode(reader);
}

function skipCode(reader: ItemReader): void {
  reader.item();
  const count = reader.input.integer();
  for (let at = 0; at < count; at++) {
    const type = reader.input.integer();
    if (type === ItemType.bytecode) {
      reader.inside(() => skipCode(reader));
    } else if (languageTypes.includes(type)) {
      skipLanguage(reader, type);
    } else {
      reader.item();
    }
  }
}

/** Source as pairs, whose rest is read in a loop because it is long. */
function skipLanguage(reader: ItemReader, first: number): void {
  let type = first;
  for (;;) {
    if (type === ItemType.bytecodeAgain) {
      reader.input.integer();
      return;
    }
    if (!languageTypes.includes(type)) {
      reader.item();
      return;
    }
    if (type === ItemType.bytecodeShared) {
      reader.input.integer();
      type = reader.input.integer();
    }
    if (type === ItemType.pairlistWithAttributes || type === ItemType.languageWithAttributes) {
      reader.item();
    }
    reader.item(); // the tag
    const own = reader.input.integer();
    reader.inside(() => skipLanguage(reader, own));
    type = reader.input.integer();
  }
}
