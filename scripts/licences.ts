import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { licencesPage } from "./licences/page.ts";

/** `npm run licences`: writes THIRD-PARTY-LICENSES.md anew. */
await writeFile(join(import.meta.dirname, "..", "THIRD-PARTY-LICENSES.md"), await licencesPage());
