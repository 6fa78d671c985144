/**
 * How safe a change must be before somebody is told that it happened: on the disk (`fsync`: survives a power failure), with the
 * operating system (`os`: survives a crash of this process), or nowhere yet (`memory`: it is written when it may, and nobody
 * waits for it).
 */
export type Durability = "fsync" | "os" | "memory";
