import type { SleighTaskError } from "./errors.ts";

/*
 * How the types of lists, function, options and results of a call hang together.
 */

/** A list of values for one argument: an array, a typed array, a range, a set, a generator, `ws.ifindTry(…)`, … A string is none. */
export type Values<T> = object & (Iterable<T> | AsyncIterable<T>);

/** One list for each of these arguments. */
export type Lists<E extends readonly unknown[]> = { readonly [K in keyof E]: Values<E[K]> };

/**
 * One list: of anything, but an array of lists is taken as one list for each argument, so lists as elements need an array
 * around them (`[points]`), or an iterable that is no array. A text is a list of its characters.
 */
export type OneList<T> =
  | (Values<T> & (T extends string ? unknown : T extends AnyIterable ? { readonly length?: never } : unknown))
  | Extract<string, T>;

type AnyIterable = Iterable<unknown> | AsyncIterable<unknown>;

/** What a call resolves with, given what the function returns and what the options say. */
export type Results<R, O> = O extends { readonly accumulator: infer A }
  ? A extends { value: () => infer V }
    ? V
    : undefined
  : Items<R, O>[];

/** One result. */
export type Items<R, O> = O extends { readonly onError: infer P }
  ? P extends "return"
    ? Awaited<R> | SleighTaskError
    : P extends (...args: never[]) => infer V
      ? Awaited<R> | Awaited<V>
      : Awaited<R>
  : Awaited<R>;
