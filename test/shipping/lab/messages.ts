/** An encoded value. */
export interface Wire {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
}

export interface Call {
  readonly root: string;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly args: Wire;
  readonly isFresh: boolean;
}

export type Answer =
  | { readonly kind: "value"; readonly value: Wire }
  | { readonly kind: "error"; readonly name: string; readonly message: string; readonly stack: string };
