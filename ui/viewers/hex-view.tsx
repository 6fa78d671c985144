import type { JSX } from "react";
import { hexLine, hexLineCount } from "./hex.ts";
import { VirtualLines } from "./virtual-lines.tsx";

export function HexView({ bytes }: { readonly bytes: Uint8Array }): JSX.Element {
  if (bytes.length === 0) {
    return <span className="note">No bytes at all.</span>;
  }
  return (
    <VirtualLines
      label="The value's bytes"
      count={hexLineCount(bytes)}
      line={(index) => {
        const { offset, hex, characters } = hexLine(bytes, index);
        return (
          <>
            <span className="hex-offset">{offset}</span>
            <span className="hex-bytes">{hex}</span>
            <span className="hex-characters">{characters}</span>
          </>
        );
      }}
    />
  );
}
