import type { DurabilityNumber } from "../wire/verbs.ts";

/**
 * How safe a change of a persistent workspace must be before anybody is told of it: on the disk (`fsync`: it survives a crash of the
 * machine), with the operating system (`os`: a crash of the server), or nowhere yet (`memory`).
 */
export type Durability = keyof typeof DurabilityNumber;
