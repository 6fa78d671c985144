import type { Peer } from "../../../src/server/access/peer.ts";
import { owner } from "../../../src/server/access/principal.ts";

/** As whom the fuzzer comes: somebody who may do everything, so that everything is reached. */
export const FUZZER: Peer = { name: "fuzz", isLocal: true, principal: owner };
