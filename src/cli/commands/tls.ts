import { Command, Option } from "commander";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { write } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseDays } from "../parse.ts";
import type { CertificateFolder } from "../tls/certificate-folder.ts";

interface Wish {
  readonly dir?: string;
  readonly days: number;
  readonly force?: true;
}

interface ServerWish extends Wish {
  readonly name?: readonly string[];
}

/** What files are called when nobody says. */
const SERVER = "server";
const CLIENT = "client";
const AUTHORITY = "ca";

const DEFAULT_DAYS = 825;
const AUTHORITY_DAYS = 3650;

const afterHelp = `
A server's certificate is for localhost, this machine's names and addresses, and what --name says. Keys can be read by you
alone. Whoever has ca-key.pem can make certificates that your clients and servers believe: no server needs it, no client does.

Examples:
  nws tls init                             in ~/.networkspaces/tls
  nws tls init --name hippo.example.org    for a server that others call so
  nws tls client lab                       lab.pem and lab-key.pem
  nws tls server --force                   a new one before the old one expires; then SIGHUP to the server`;

export function tlsCommand(): Command {
  const init = new Command("init")
    .description("Makes a private authority, and the first certificates of it: for a server and a client.")
    .action((wish: ServerWish) => makeAuthority(wish));
  const server = new Command("server")
    .description("Makes one more certificate for a server, signed by the same authority.")
    .argument("[name]", "the name of its files", fileName, SERVER)
    .action((name: string, wish: ServerWish) => makeServer(name, wish));
  const client = new Command("client")
    .description("Makes one more certificate for a client, signed by the same authority.")
    .argument("<name>", "the name of its files, and of the client", fileName)
    .action((name: string, wish: Wish) => makeClient(name, wish));
  const command = new Command("tls")
    .summary("make certificates for servers and clients")
    .description("Makes a private authority, and certificates of it, for connections that are encrypted.")
    .addHelpText("after", paragraphs(afterHelp));
  for (const each of [init, server, client]) {
    each.option("--dir <folder>", "where the files are (default: ~/.networkspaces/tls)");
    if (each !== client) {
      each.option("--name <host...>", "a name or address of the server, besides those of this machine");
    }
    each
      .addOption(
        new Option("--days <count>", "how long servers' and clients' certificates hold")
          .default(DEFAULT_DAYS)
          .argParser(parseDays),
      )
      .option("--force", "replace files that are there")
      .addOption(debugOption());
    command.addCommand(each);
  }
  return command;
}

async function folderFor({ dir, force }: Wish): Promise<CertificateFolder> {
  const { CertificateFolder, defaultFolder } = await import("../tls/certificate-folder.ts");
  return new CertificateFolder(dir ?? defaultFolder, force === true);
}

async function makeAuthority(wish: ServerWish): Promise<void> {
  const { name = [], days } = wish;
  const folder = await folderFor(wish);
  const { hostname } = await import("node:os");
  const { randomBytes } = await import("node:crypto");
  const { localLine } = await import("../../sleigh/launchers/quoting.ts");
  const { issue } = await import("../tls/issue.ts");
  const { serverNames } = await import("../tls/server-names.ts");
  const names = serverNames(name);
  folder.mayWrite(AUTHORITY, SERVER, CLIENT);
  // (Each has a name of its own, so that what the wrong one has signed is told apart from what is forged.)
  const authority = await issue({
    name: `NetWorkSpaces authority ${hostname()} ${randomBytes(4).toString("hex")}`,
    days: Math.max(days, AUTHORITY_DAYS),
    use: "authority",
  });
  const [ofServer, ofClient] = await Promise.all([
    issue({ name: commonName(names), days, use: "server", altNames: names }, authority),
    issue({ name: CLIENT, days, use: "client" }, authority),
  ]);
  await folder.write(AUTHORITY, authority);
  await folder.write(SERVER, ofServer);
  await folder.write(CLIENT, ofClient);
  const known = ["--tls-ca", folder.cert(AUTHORITY)];
  await write(`An authority, and certificates for a server and a client (${days} days), in ${folder.path}:
  ca.pem                        the authority's certificate: clients need it
  ca-key.pem                    its key, to make more certificates: keep it to yourself
  server.pem, server-key.pem    for a server called ${names.join(", ")}
  client.pem, client-key.pem    for a client called ${CLIENT}

Next:
  ${localLine(["nws", "server", ...shown(folder, SERVER), ...known])}
  ${localLine(["nws", "ls", ...known])}
  ${localLine(["nws", "ls", ...known, ...shown(folder, CLIENT)])}

On another machine a client needs ca.pem and no other file; one that shows a certificate of its own, also that and its key.
`);
}

async function makeServer(file: string, wish: ServerWish): Promise<void> {
  const { name = [], days } = wish;
  const folder = await folderFor(wish);
  const { issue } = await import("../tls/issue.ts");
  const { serverNames } = await import("../tls/server-names.ts");
  const names = serverNames(name);
  folder.mayWrite(file);
  const authority = await folder.authority();
  await folder.write(file, await issue({ name: commonName(names), days, use: "server", altNames: names }, authority));
  await write(`${folder.cert(file)} and ${folder.key(file)}, for a server called ${names.join(", ")} (${days} days).
A server that runs with these files reads them again on SIGHUP.
`);
}

async function makeClient(file: string, wish: Wish): Promise<void> {
  const { days } = wish;
  const folder = await folderFor(wish);
  const { localLine } = await import("../../sleigh/launchers/quoting.ts");
  const { issue } = await import("../tls/issue.ts");
  folder.mayWrite(file);
  const authority = await folder.authority();
  await folder.write(file, await issue({ name: file, days, use: "client" }, authority));
  await write(`A certificate for a client called ${file} (${days} days). To use it:
  ${localLine(["nws", "ls", "--tls-ca", folder.cert(AUTHORITY), ...shown(folder, file)])}
`);
}

function shown(folder: CertificateFolder, name: string): readonly string[] {
  return ["--tls-cert", folder.cert(name), "--tls-key", folder.key(name)];
}

/** A common name may have 64 characters. Nobody looks at it: names of servers are elsewhere in the certificate. */
function commonName(names: readonly string[]): string {
  return names.find((name) => name !== "localhost" && name.length <= 64 && /[a-z]/i.test(name)) ?? "localhost";
}

/** Checks what becomes the name of files, beside those of the authority. */
function fileName(name: string): string {
  if (!/^\w[\w.@-]{0,63}$/.test(name) || /^ca$|-key$/i.test(name)) {
    throw new CommandFailure(
      ExitCode.usage,
      `'${name}' cannot be the name of a certificate: up to 64 letters, digits and .@_-, not 'ca' and not ending in -key`,
    );
  }
  return name;
}
