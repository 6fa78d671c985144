import { CodecError } from "../faults.ts";

export const ForeignFaultCode = {
  /** The bytes are not what they should be. */
  damaged: "damaged",
  /** They may be right, but are more than the limits allow. */
  overLimit: "over_limit",
  /** A newer version of the format, or a part of it that is not read. */
  notSupported: "not_supported",
} as const;

export type ForeignFaultCode = (typeof ForeignFaultCode)[keyof typeof ForeignFaultCode];

/** Why another language's value cannot be shown. */
export class ForeignFault extends CodecError {
  override readonly name: string = "ForeignFault";
  readonly code: ForeignFaultCode;
  /** The byte at which it was noticed. */
  readonly offset: number;

  constructor(code: ForeignFaultCode, message: string, offset: number) {
    super(`${message} (at byte ${offset})`);
    this.code = code;
    this.offset = offset;
  }
}
