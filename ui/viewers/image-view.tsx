import { type JSX, useEffect, useState } from "react";
import { ProblemAlert } from "../shared/problem-alert.tsx";
import { imageType } from "./image-type.ts";

/** A raster image. The browser is told its type by the signature, so it cannot take the bytes for anything else. */
export function ImageView({ bytes }: { readonly bytes: Uint8Array<ArrayBuffer> }): JSX.Element {
  const [address, setAddress] = useState<string>();
  const [size, setSize] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const type = imageType(bytes);
    if (type === undefined) {
      return undefined;
    }
    const url = URL.createObjectURL(new Blob([bytes], { type }));
    // eslint-disable-next-line react-hooks/set-state-in-effect -- An address that has to be given back cannot be made while rendering.
    setAddress(url);
    return () => URL.revokeObjectURL(url);
  }, [bytes]);
  if (isBroken) {
    return <ProblemAlert message="The bytes begin like an image, but the browser cannot show it." />;
  }
  return (
    <figure className="viewer-image">
      {address !== undefined && (
        <img
          src={address}
          alt="The value as an image"
          onError={() => setBroken(true)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setSize(`${naturalWidth} × ${naturalHeight}`)}
        />
      )}
      <figcaption className="note">{size ?? "…"}</figcaption>
    </figure>
  );
}
