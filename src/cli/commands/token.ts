import { Command, Option } from "commander";
import type { AccessRecord, Role } from "../../host/index.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { write, writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseBytes, parseCount, parseExpiry, parseFingerprint } from "../parse.ts";
import { table } from "../table.ts";

interface FileChoice {
  readonly access?: string;
  readonly json?: true;
}

interface CreateOptions extends FileChoice {
  readonly role: Role;
  readonly workspaces: readonly string[];
  readonly expires?: Date;
  readonly certificate?: string;
  readonly maxConnections?: number;
  readonly maxOperationsPerSecond?: number;
  readonly maxBytesPerSecond?: number;
  readonly maxWaiting?: number;
  readonly maxWorkspaces?: number;
}

const roleChoices: readonly Role[] = ["read", "use", "admin"];

const afterHelp = `
The list of who may use a server is a file that holds nothing with which one could log in. Who is put on it is let in at once;
who is taken off it is sent away within a second or two.

Roles: read (look only), use (all that programs do), admin (also end other clients' sessions).

Examples:
  nws token create ann                                   may use all workspaces
  nws token create board --role read --workspaces 'jobs-*' --expires 30d > board.token
  NWS_TOKEN_FILE=board.token nws ls                      a program that logs in with it
  nws token create r-host --certificate client.pem       a classic client, known by its certificate
  nws token list
  nws token revoke 3f2a9c01b7de`;

export function tokenCommand(): Command {
  const command = new Command("token")
    .summary("say who may use a server: make, list and take back tokens")
    .description("Makes, lists and takes back what lets programs of other users, and of other machines, use a server.")
    .addHelpText("after", paragraphs(afterHelp));
  const create = new Command("create")
    .description("Makes a token and prints it, once: it cannot be shown again.")
    .argument("<name>", "what the holder is called in listings and logs")
    .addOption(new Option("--role <role>", "what it allows").choices(roleChoices).default("use"))
    .option("--workspaces <pattern...>", "the workspaces it is for; * stands for any characters, ? for one", ["*"])
    .addOption(
      new Option("--expires <when>", "a time from now, as 12h or 30d, or a date (default: never)").argParser(
        parseExpiry,
      ),
    )
    .addOption(
      new Option(
        "--certificate <file>",
        "make no token: know the holder by this client certificate (PEM, or the SHA-256 of one)",
      ),
    );
  const count = (flags: string, what: string): Option => new Option(flags, what).argParser(parseCount);
  create
    .optionsGroup("Limits, for all sessions that it lets in together:")
    .addOption(count("--max-connections <count>", "most connections at a time"))
    .addOption(count("--max-operations-per-second <count>", "most operations a second; over it they are slowed"))
    .addOption(
      new Option(
        "--max-bytes-per-second <size>",
        "most bytes a second sent to the server; over it they are slowed",
      ).argParser(parseBytes),
    )
    .addOption(count("--max-waiting <count>", "most operations that wait for a value"))
    .addOption(count("--max-workspaces <count>", "most workspaces open at a time"));
  const list = new Command("list").description("Lists who may use the server.");
  const revoke = new Command("revoke")
    .description("Takes tokens back: their holders are sent away.")
    .argument("<id...>", "ids, as list shows them");
  for (const each of [create, list, revoke]) {
    each
      .option("--access <file>", "the list (default: the one that this user's servers use)")
      .option("--json", "print JSON")
      .addOption(debugOption());
    command.addCommand(each);
  }
  create.action((name: string, options: CreateOptions) => createOne(name, options));
  list.action((options: FileChoice) => showAll(options));
  revoke.action((ids: readonly string[], options: FileChoice) => revokeAll(ids, options));
  return command;
}

async function createOne(name: string, options: CreateOptions): Promise<void> {
  const { certificateRecord, changeAccessFile, createToken, tokenLimitNames } = await import("../../host/index.ts");
  const { role, workspaces, expires, certificate, json } = options;
  if (!/^\P{Cc}{1,100}$/u.test(name)) {
    throw new CommandFailure(ExitCode.usage, "a name has 1 to 100 characters, none of them a control character");
  }
  const limits = Object.fromEntries(
    tokenLimitNames.flatMap((each) => (options[each] === undefined ? [] : [[each, options[each]]])),
  );
  const grant = {
    name,
    role,
    workspaces,
    ...(expires !== undefined && { expires }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
  if (certificate !== undefined) {
    const record = certificateRecord(grant, await parseFingerprint(certificate));
    await changeAccessFile(await fileOf(options), (records) => [...records, record]);
    await writeLine(json === true ? JSON.stringify(record) : `${record.id}  ${name} is known by the certificate now`);
    return;
  }
  const { token, record } = await createToken(grant);
  await changeAccessFile(await fileOf(options), (records) => [...records, record]);
  await writeLine(json === true ? JSON.stringify({ ...shown(record), token }) : token);
}

async function showAll(options: FileChoice): Promise<void> {
  const { readAccessFile } = await import("../../host/index.ts");
  const records = await readAccessFile(await fileOf(options));
  if (options.json === true) {
    await writeLine(JSON.stringify(records.map(shown), undefined, 2));
    return;
  }
  const rows = records.map((record) => [
    record.id,
    record.name,
    record.role,
    record.workspaces.join(" "),
    record.certificate === undefined ? "token" : "certificate",
    expiryOf(record),
  ]);
  await write(`${table(["id", "name", "role", "workspaces", "by", "expires"], rows)}\n`);
}

async function revokeAll(ids: readonly string[], options: FileChoice): Promise<void> {
  const { changeAccessFile } = await import("../../host/index.ts");
  const path = await fileOf(options);
  await changeAccessFile(path, (records) => {
    const unknown = ids.find((id) => !records.some((record) => record.id === id));
    if (unknown !== undefined) {
      throw new CommandFailure(
        ExitCode.failed,
        `nobody on the list ${path} has the id ${unknown}; 'nws token list' shows them`,
      );
    }
    return records.filter(({ id }) => !ids.includes(id));
  });
  const done = { revoked: ids };
  await writeLine(options.json === true ? JSON.stringify(done) : `taken back: ${ids.join(", ")}`);
}

/** A record without what only the server needs. */
function shown({ id, name, role, workspaces, created, expires, limits, certificate }: AccessRecord): object {
  return { id, name, role, workspaces, created, expires, limits, certificate };
}

function expiryOf({ expires }: AccessRecord): string {
  if (expires === undefined) {
    return "never";
  }
  return Date.parse(expires) <= Date.now() ? `expired ${expires}` : expires;
}

async function fileOf({ access }: FileChoice): Promise<string> {
  const { defaultAccessFile } = await import("../../host/index.ts");
  return access ?? defaultAccessFile();
}
