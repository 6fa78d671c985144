import { send } from "@fastify/send";
import type { FastifyReply, FastifyRequest } from "fastify";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { builtFolder } from "./built-folder.ts";
import { problemOf } from "./problem.ts";
import type { WebApp } from "./route-context.ts";

/** How long a browser keeps a file. */
interface Keeping {
  /** In milliseconds. */
  readonly maxAge: number;
  /** It does not ask before that whether the file has changed. */
  readonly immutable: boolean;
}

/** A browser keeps it and asks each time whether it is still so. */
const asOftenAsItChanges: Keeping = { maxAge: 0, immutable: false };

/** A browser keeps it and does not ask: its name changes with what is in it. */
const forAYear: Keeping = { maxAge: 365 * 24 * 3_600_000, immutable: true };

/** The page that shows all of the interface's pages. */
export function indexPage(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  return sendFile(request, reply, "/index.html", builtFolder("ui"), asOftenAsItChanges);
}

/** The files of the interface's own pages, and the client for programs in browsers, as one module. */
export function staticFiles(app: WebApp): void {
  const pages = builtFolder("ui");
  for (const file of filesBelow(pages)) {
    const keeping = file.startsWith("/assets/") ? forAYear : asOftenAsItChanges;
    app.get(file, { schema: { hide: true } }, (request, reply) => sendFile(request, reply, file, pages, keeping));
  }
  app.get("/client.js", { schema: { hide: true } }, (request, reply) =>
    sendFile(request, reply, "/client.js", builtFolder("web"), asOftenAsItChanges),
  );
}

/**
 * Below `/pages/` the user's own pages: whoever starts the server has chosen them, and they may do what those may who look at them. Who is not known
 * gets the page where one logs in.
 */
export function ownPages(app: WebApp, folder: string): void {
  const prefix = "/pages";
  app.setErrorHandler(async (error, request, reply) => {
    if (problemOf(error)?.status === 401 && request.headers.authorization === undefined) {
      // (Whole, whatever part or state of the page that is asked for the browser wants.)
      const page = await readFile(join(builtFolder("ui"), "index.html"));
      return reply.status(401).type("text/html; charset=utf-8").send(page);
    }
    throw error;
  });
  for (const url of [prefix, `${prefix}/*`]) {
    app.get(url, { schema: { hide: true } }, (request, reply) => {
      const [path = ""] = request.url.split("?", 1);
      // (The router has decoded the address, and thrown away what stands before its path.)
      return path === prefix || path.startsWith(`${prefix}/`)
        ? sendFile(request, reply, path.slice(prefix.length), folder, asOftenAsItChanges)
        : notFound(reply);
    });
  }
}

/** Answers with the file `path` below `folder`: encoded as in an address, with a slash first. Of a folder that is its `index.html`. */
async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  folder: string,
  keeping: Keeping,
): Promise<unknown> {
  const answer = await send(request.raw, path, { root: folder, dotfiles: "ignore", ...keeping });
  switch (answer.type) {
    case "directory": {
      const [address = "", ...query] = request.url.split("?");
      return reply.redirect([`${address}/`, ...query].join("?"), 301);
    }
    case "error":
      if (answer.statusCode === 404) {
        return notFound(reply);
      }
      throw answer.metadata.error;
    case "file": {
      const { statusCode, headers, stream } = answer;
      if (statusCode !== 304 && headers["Content-Type"] === undefined) {
        void reply.type("application/octet-stream");
      }
      return reply.status(statusCode).headers(headers).send(stream);
    }
  }
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

/** The paths of all files below a folder, with a slash first. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/")}`);
}
