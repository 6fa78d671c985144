/** The major types of RFC 8949, as they stand in the top three bits of an initial byte. */
export const Major = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** The tags that have a meaning here; `docs/values.md` lists them for readers in other languages. */
export const Tag = {
  dateText: 0,
  epoch: 1,
  positiveBignum: 2,
  negativeBignum: 3,
  genericObject: 27,
  shareable: 28,
  reference: 29,
  uri: 32,
  regExp: 35,
  set: 258,
  map: 259,
  wtf8: 273,
  ecmaRegExp: 21066,
  selfDescribed: 55799,
} as const;

/** Containers inside containers that a stored value may have. */
export const MAX_WRITE_DEPTH = 500;

/** Reading allows a few more, because the tag of a Date or a bignum is a level too. */
export const MAX_READ_DEPTH = 512;

/** The error classes that keep their class; others arrive as the nearest of these, with their own `name`. */
export const errorClasses = {
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
} as const;
