import fastifyStatic from "@fastify/static";
import { builtFolder } from "./built-folder.ts";
import { problemOf } from "./problem.ts";
import type { WebApp } from "./route-context.ts";

/** A browser keeps it and asks each time whether it is still so. */
export const asOftenAsItChanges = { maxAge: 0, immutable: false } as const;

/** The files of the interface's own pages, whose names change with what is in them; and the client for programs in browsers, as one module. */
export async function staticFiles(app: WebApp): Promise<void> {
  await app.register(fastifyStatic, {
    root: builtFolder("ui"),
    wildcard: false,
    index: false,
    immutable: true,
    maxAge: "1y",
  });
  app.get("/client.js", { schema: { hide: true } }, (_request, reply) =>
    reply.sendFile("client.js", builtFolder("web"), asOftenAsItChanges),
  );
}

/**
 * Below `/pages/` the user's own pages: whoever starts the server has chosen them, and they may do what those may who look at them. Who is not known
 * gets the page where one logs in.
 */
export async function ownPages(app: WebApp, folder: string): Promise<void> {
  app.setErrorHandler((error, { headers }, reply) => {
    if (problemOf(error)?.status === 401 && headers.authorization === undefined) {
      return reply.status(401).sendFile("index.html", builtFolder("ui"), asOftenAsItChanges);
    }
    throw error;
  });
  await app.register(fastifyStatic, {
    root: folder,
    prefix: "/pages",
    decorateReply: false,
    redirect: true,
    dotfiles: "ignore",
    ...asOftenAsItChanges,
  });
}
