import { CommandFailure, ExitCode } from "../exit-code.ts";

/** A dump is not as it was written. */
export class DumpDamage extends CommandFailure {
  constructor(message: string) {
    super(ExitCode.dataDamaged, message);
  }
}
