/** R's numbers for what an item is: those of its own objects, and from 238 on those that only occur in serialized ones. */
export const ItemType = {
  null: 0,
  symbol: 1,
  pairlist: 2,
  closure: 3,
  environment: 4,
  promise: 5,
  language: 6,
  special: 7,
  builtin: 8,
  characters: 9,
  logical: 10,
  integer: 13,
  double: 14,
  complex: 15,
  character: 16,
  dots: 17,
  list: 19,
  expression: 20,
  bytecode: 21,
  externalPointer: 22,
  weakReference: 23,
  raw: 24,
  s4: 25,
  altrep: 238,
  pairlistWithAttributes: 239,
  languageWithAttributes: 240,
  baseEnvironment: 241,
  emptyEnvironment: 242,
  bytecodeAgain: 243,
  bytecodeShared: 244,
  persistent: 247,
  package: 248,
  namespace: 249,
  baseNamespace: 250,
  missingArgument: 251,
  unbound: 252,
  globalEnvironment: 253,
  nothing: 254,
  reference: 255,
} as const;

/** The word before each item. */
export interface Flags {
  readonly type: number;
  readonly hasAttributes: boolean;
  readonly hasTag: boolean;
  /** Of characters: their encoding. */
  readonly levels: number;
  /** Of a reference: its number, where it fits. */
  readonly packed: number;
}

export function flagsOf(word: number): Flags {
  return {
    type: word & 0xff,
    hasAttributes: (word & 0x200) !== 0,
    hasTag: (word & 0x400) !== 0,
    levels: (word >>> 12) & 0xffff,
    packed: word >>> 8,
  };
}
