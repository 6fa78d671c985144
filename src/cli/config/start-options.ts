import { isDeepStrictEqual } from "node:util";
import type { ReloadOptions, StartServerOptions } from "../../host/index.ts";
import { NONE } from "./kinds.ts";
import { limitNames, type ServerSettings, type SettingName, settingNames, settingOf } from "./settings.ts";

/** Where a server is told to keep its things when nobody says. */
export interface DefaultPlaces {
  readonly accessFile: string;
  dataFolder(port: number): string;
}

/** The settings, as a server is started with them. */
export function startOptions(settings: ServerSettings, places: DefaultPlaces): StartServerOptions {
  const { webPort, webName, webPages, socket, auditLog, tmpDir, port, slowOperationMs } = settings;
  return {
    host: settings.host,
    port,
    insecure: settings.insecure,
    allowPlaintext: settings.allowPlaintext,
    classicLoopback: settings.classicLoopback,
    tokensOnly: settings.tokensOnly,
    accessFile: settings.access ?? places.accessFile,
    data: settings.data ?? (port === 0 ? NONE : places.dataFolder(port)),
    durability: settings.durability,
    allowKillOnClose: settings.allowKill,
    longValueBytes: settings.longValueSize,
    logger: settings.logLevel,
    limits: limitsOf(settings),
    ...tlsOf(settings),
    ...(webPort === undefined ? {} : { webPort }),
    ...(webName === undefined ? {} : { webNames: webName }),
    ...(webPages === undefined ? {} : { webPages }),
    ...(socket === undefined ? {} : { socketPath: socket }),
    ...(auditLog === undefined ? {} : { auditLog }),
    ...(tmpDir === undefined ? {} : { tmpDir }),
    ...(slowOperationMs === Infinity ? {} : { slowOperationMs }),
  };
}

/** What a running server takes up of other settings, and which of them it cannot. */
export function changesBetween(
  before: ServerSettings,
  after: ServerSettings,
): {
  readonly options: ReloadOptions;
  readonly changed: readonly SettingName[];
  readonly fixed: readonly SettingName[];
} {
  const isTlsSwitched = (before.tlsCert === undefined) !== (after.tlsCert === undefined);
  const isFixed = (name: SettingName): boolean =>
    settingOf(name).reloads !== true || (isTlsSwitched && name.startsWith("tls"));
  const different = settingNames.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return {
    options: {
      allowKillOnClose: after.allowKill,
      longValueBytes: after.longValueSize,
      logger: after.logLevel,
      limits: limitsOf(after),
      ...(isTlsSwitched ? {} : tlsOf(after)),
    },
    changed: different.filter((name) => !isFixed(name)),
    fixed: different.filter(isFixed),
  };
}

function tlsOf({ tlsCert: cert, tlsKey: key, tlsCa: ca }: ServerSettings): Pick<StartServerOptions, "tls"> {
  return cert === undefined || key === undefined ? {} : { tls: { cert, key, ca } };
}

function limitsOf(settings: ServerSettings): NonNullable<StartServerOptions["limits"]> {
  return Object.fromEntries(limitNames.map((name) => [name, settings[name]]));
}
