import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A registry that has the packed package, as if it were published, and sends whoever asks for another one to the usual registry. */
export async function registryWith(tarball: string): Promise<AsyncDisposable & { readonly url: string }> {
  const others = execFileSync("npm", ["config", "get", "registry"], { encoding: "utf8" }).trim();
  const bytes = readFileSync(tarball);
  const manifest = JSON.parse(
    execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }),
  ) as { name: string; version: string };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    if (path === `/${manifest.name}.tgz`) {
      response.end(bytes);
    } else if (path === `/${manifest.name}`) {
      const dist = {
        tarball: `${url}${manifest.name}.tgz`,
        integrity: `sha512-${createHash("sha512").update(bytes).digest("base64")}`,
      };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          name: manifest.name,
          "dist-tags": { latest: manifest.version },
          versions: { [manifest.version]: { ...manifest, dist } },
        }),
      );
    } else {
      response.writeHead(307, { location: new URL((request.url ?? "/").slice(1), others).href }).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
