// A sleigh on a server that runs elsewhere. The first argument: how workers are launched.
import { explicit, range, Sleigh } from "networkspaces/sleigh";

const s = new Sleigh({ workerCount: 2, launch: process.argv[2], nwsHost: "localhost" });
const power = 3;
const show = (what) => console.log(JSON.stringify(what));
show(await s.eachElem((x) => x ** 2, range(5)));
show(
  await s.eachElem(
    explicit((x) => x ** power, { captures: { power } }),
    range(5),
  ),
);
show(await s.eachElem((x) => x ** power, range(5)).then(String, (error) => error.message));
await s.stop();
