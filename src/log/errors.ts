/** What went wrong with a log; programs look at this, people at the message. */
export type LogErrorCode = "locked" | "corrupt" | "version" | "full" | "failed" | "folder" | "closed";

/** The root of everything that a log throws. */
export class LogError extends Error {
  override readonly name: string = "LogError";
  readonly code: LogErrorCode;

  constructor(code: LogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Another process (or this one) has the folder open. */
export class LogLockedError extends LogError {
  override readonly name = "LogLockedError";
  /** The process that holds the folder; `undefined` when that is not known. */
  readonly pid: number | undefined;

  constructor(folder: string, pid: number | undefined, detail = "") {
    const who = pid === undefined ? "another server" : `process ${pid}`;
    super(
      "locked",
      `the data folder ${folder} is in use by ${who}${detail}; stop it first, or choose another folder with --data`,
    );
    this.pid = pid;
  }
}

/** Something that was safely on the disk is not there any more as it was written. Nothing has been changed. */
export class LogCorruptError extends LogError {
  override readonly name = "LogCorruptError";
  readonly file: string;
  /** Bytes from the beginning of the file. */
  readonly offset: number;

  constructor(file: string, offset: number, reason: string) {
    super(
      "corrupt",
      `${file} is damaged at byte ${offset}: ${reason}; nothing was changed. See what is wrong with "nws data check"; ` +
        `"nws data repair" makes the folder usable again and keeps a copy of what it drops`,
    );
    this.file = file;
    this.offset = offset;
  }
}

/** The folder was written by a newer version of this software. Nothing has been changed. */
export class LogVersionError extends LogError {
  override readonly name = "LogVersionError";
  readonly file: string;
  readonly version: number;

  constructor(file: string, version: number, newest: number) {
    super(
      "version",
      `${file} has format ${version}, and this version reads formats up to ${newest}; nothing was changed. ` +
        "Use the version that wrote it, or a newer one",
    );
    this.file = file;
    this.version = version;
  }
}

/** There is no room on the disk for what was to be appended. It was not appended; later there may be room again. */
export class LogFullError extends LogError {
  override readonly name = "LogFullError";

  constructor(reason: string, options?: ErrorOptions) {
    super("full", reason, options);
  }
}

/** A write or sync failed in a way after which nothing on the disk can be relied upon until the log is opened again. */
export class LogFailedError extends LogError {
  override readonly name = "LogFailedError";

  constructor(what: string, cause: unknown) {
    super(
      "failed",
      `${what} failed (${reasonOf(cause)}); nothing more is kept until the server is started again on a sound disk`,
      { cause },
    );
  }
}

/** The data folder cannot be used: it is missing and cannot be made, or may not be read or written. */
export class LogFolderError extends LogError {
  override readonly name = "LogFolderError";

  constructor(folder: string, cause: unknown) {
    super("folder", `the data folder ${folder} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

/** Whether an error of the file system says that there is no room (and not that something is broken). */
export function isNoRoom(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
