/** How texts stand out. Colours are left out where nobody wants them; bold and reverse stay, as a selection must be seen. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly reverse: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly heading: (text: string) => string;
}

export function paint(hasColors: boolean): Paint {
  const colored = (code: string, otherwise: string) => sgr(hasColors ? code : otherwise);
  return {
    bold: sgr("1"),
    dim: colored("2", ""),
    reverse: sgr("7"),
    warning: colored("1;33", "1"),
    heading: colored("30;46", "7"),
  };
}

/** `NO_COLOR` set to anything but nothing: https://no-color.org */
export function wantsColors(environment: NodeJS.ProcessEnv): boolean {
  return (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
}

function sgr(code: string): (text: string) => string {
  return code === "" ? (text) => text : (text) => `\u001b[${code}m${text}\u001b[0m`;
}
