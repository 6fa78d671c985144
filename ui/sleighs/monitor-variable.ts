/** Where a sleigh tells how its work goes (src/sleigh/messages.ts). */
export const MONITOR = "monitor";
