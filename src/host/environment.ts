/** What the environment says about a server; what it does not say is `undefined`. */
export interface Environment {
  /** `NWS_SERVER_PORT`. */
  readonly port: number | undefined;
  /** `NWS_WEB_PORT`. */
  readonly webPort: number | undefined;
  /** `NWS_TMP_DIR`: where large values live. */
  readonly tmpDir: string | undefined;
  /** `NWS_LONG_VALUE_SIZE`: values of more bytes than this live in files. */
  readonly longValueBytes: number | undefined;
}

const HIGHEST_PORT = 65_535;

/** Reads the variables that servers honour. An Error names the one that makes no sense. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  return {
    port: wholeNumber(variables, "NWS_SERVER_PORT", HIGHEST_PORT),
    webPort: wholeNumber(variables, "NWS_WEB_PORT", HIGHEST_PORT),
    tmpDir: variables["NWS_TMP_DIR"] === "" ? undefined : variables["NWS_TMP_DIR"],
    longValueBytes: wholeNumber(variables, "NWS_LONG_VALUE_SIZE", Number.MAX_SAFE_INTEGER),
  };
}

function wholeNumber(variables: NodeJS.ProcessEnv, name: string, most: number): number | undefined {
  const text = variables[name];
  if (text === undefined || text === "") {
    return undefined;
  }
  const value = /^\d+$/.test(text) ? Number(text) : Infinity;
  if (value > most) {
    throw new Error(`the environment variable ${name} is '${text}'; it must be a whole number from 0 to ${most}`);
  }
  return value;
}
