import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** "nobody" of most systems; all that counts is that it is not the user of the tests. */
const OTHER_USER = 65_534;

/** Only the superuser can do something as somebody else, and only Linux tells whose connection it is. */
export const canBeStranger = process.platform === "linux" && process.getuid?.() === 0;

/** Another user of this machine: whoever connects to its port comes to the server as that user. */
export interface Stranger extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

export async function strangerTo(port: number): Promise<Stranger> {
  const script = fileURLToPath(new URL("relay.py", import.meta.url));
  const child = spawn("python3", [script, String(port), String(OTHER_USER)], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    host: "127.0.0.1",
    port: Number(line.toString()),
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
