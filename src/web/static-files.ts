import fastifyStatic from "@fastify/static";
import { builtFolder } from "./built-folder.ts";
import type { WebApp } from "./route-context.ts";

/** A browser keeps it and asks each time whether it is still so. */
export const asOftenAsItChanges = { maxAge: 0, immutable: false } as const;

/**
 * The files of the interface's own pages, whose names change with what is in them; the client for programs in browsers, as one module; and
 * below `/pages/` the user's own pages, if there are any. They may do what the interface may: whoever starts the server has chosen them.
 */
export async function staticFiles(app: WebApp, pages: string | undefined): Promise<void> {
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
  if (pages !== undefined) {
    await app.register(fastifyStatic, {
      root: pages,
      prefix: "/pages",
      decorateReply: false,
      redirect: true,
      dotfiles: "ignore",
      ...asOftenAsItChanges,
    });
  }
}
