import { Budget, type ForeignLimits } from "../budget.ts";
import { ByteInput } from "../byte-input.ts";
import type { ForeignValue } from "../foreign-value.ts";
import { PickleMachine } from "./pickle-machine.ts";
import { opcodes } from "./pickle-opcodes.ts";
import { PickleView } from "./pickle-view.ts";

const STOP = 0x2e;
const WHAT = "Python pickle";

/** Reads a pickle of protocol 0 to 5. What comes after its end is not looked at, as in Python. */
export function readPickle(bytes: Uint8Array, limits: ForeignLimits): ForeignValue {
  const input = new ByteInput(bytes, WHAT, true);
  const budget = (): Budget => new Budget(limits, WHAT, () => input.at);
  const machine = new PickleMachine(input, budget());
  for (;;) {
    const code = input.u8();
    if (code === STOP) {
      // Shown with limits of its own: references make more of it than was read.
      return new PickleView(budget()).show(machine.pop());
    }
    const opcode = opcodes[code] ?? input.damaged(`there is no opcode 0x${code.toString(16).padStart(2, "0")}`);
    opcode(machine);
  }
}
