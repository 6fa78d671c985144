import { isIP } from "node:net";

/** Whether what listens on this host can be reached from this machine alone. Only addresses and `localhost` are known. */
export function isLoopback(host: string): boolean {
  const address = host.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  switch (isIP(address)) {
    case 4:
      return address.startsWith("127.");
    case 6:
      return /^(?:0{0,4}:){1,7}0{0,3}1$/.test(address);
    default:
      return address === "localhost";
  }
}
