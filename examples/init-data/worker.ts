// A worker: finds the prices, adds up its own basket, says what it costs.
import { NetWorkSpace } from "networkspaces";

const baskets = [["apple"], ["apple", "bread"], ["bread", "cheese"], ["apple", "bread", "cheese"]];
const rank = Number(process.argv[2]);

await using ws = new NetWorkSpace<{ prices: Map<string, number>; total: string }>("init data", { useUse: true });

const prices = await ws.find("prices");
const basket = baskets[rank % baskets.length] ?? [];
const total = basket.reduce((sum, fruit) => sum + (prices.get(fruit) ?? 0), 0);

await ws.store("total", `worker ${rank}: ${basket.join(", ")} cost ${total.toFixed(2)}`);
