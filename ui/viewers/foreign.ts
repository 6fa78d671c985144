/**
 * What another language serialized, as plain data; undefined for what cannot be read here without running anything.
 * The seam for the codec's readers of other languages.
 */
export function foreignTree(_descriptor: number, _bytes: Uint8Array): unknown {
  return undefined;
}
