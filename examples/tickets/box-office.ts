// Tickets: TypeScript sells seats to a Python program. Plain text is the language that all NetWorkSpaces clients have in common.
import { NetWorkSpace } from "networkspaces";
import { startExample } from "../support/example.ts";

await using example = await startExample(import.meta.url);
await using ws = new NetWorkSpace<{ orders: string; tickets: string }>("tickets");

const customers = example.start("customers.py");

let seat = 1;
for (;;) {
  const order = await ws.fetch("orders"); // "Ada 2", stored by Python
  if (order === "closed") {
    break;
  }
  const [name, count] = order.split(" ");
  const seats = Array.from({ length: Number(count) }, () => seat++);
  await ws.store("tickets", `${name}: ${seats.length === 1 ? "seat" : "seats"} ${seats.join(", ")}`);
}

await customers.ended;
console.log(`TypeScript sold ${seat - 1} seats`);
