import { spawn } from "node:child_process";

/**
 * Opens the address in the user's browser, with the program that the system has for that. The address is an argument of it and goes through no
 * shell. Resolves when that program has started; rejects when there is none.
 */
export function openBrowser(url: string): Promise<void> {
  const [program, ...args] = openerOf(process.platform);
  return new Promise((resolve, reject) => {
    const opener = spawn(program, [...args, url], { stdio: "ignore", detached: true, windowsHide: true });
    opener.once("error", reject);
    opener.once("spawn", resolve);
    opener.unref();
  });
}

function openerOf(platform: NodeJS.Platform): [program: string, ...args: string[]] {
  switch (platform) {
    case "darwin":
      return ["open"];
    case "win32":
      // `start` is no program but a word of the shell.
      return ["rundll32", "url.dll,FileProtocolHandler"];
    default:
      return ["xdg-open"];
  }
}
