import { hostname } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import {
  checkLocalWorkers,
  dryRun,
  isInsideWorker,
  type Launcher,
  LaunchError,
  type LaunchOptions,
  lsf,
  markInsideWorker,
  planWorkers,
  rsh,
  shellLine,
  slurm,
  ssh,
  sshForward,
} from "../../src/sleigh/launchers/index.ts";

const server = { host: "office.example", port: 8765 };
const loopback = { host: "127.0.0.1", port: 8765 };

const nodesOf = (options: LaunchOptions): readonly string[] => planWorkers(options).map(({ node }) => node);

describe("which workers are started", () => {
  test("three on this machine when nothing is said", () => {
    expect(planWorkers({})).toMatchObject([0, 1, 2].map((rank) => ({ rank, node: "localhost", local: true })));
  });

  test("one for each entry of nodeList, which is gone through again for more", () => {
    expect(nodesOf({ nodeList: ["hippo", "newt"], launch: ssh() })).toEqual(["hippo", "newt"]);
    expect(nodesOf({ nodeList: ["hippo", "newt"], workerCount: 3, launch: ssh() })).toEqual(["hippo", "newt", "hippo"]);
    expect(nodesOf({ nodeList: [{ node: "hippo", workers: 2 }, "newt"], launch: ssh() })).toEqual([
      "hippo",
      "hippo",
      "newt",
    ]);
  });

  test("none by hand, and none when none is asked for", () => {
    expect(planWorkers({ launch: "web" })).toEqual([]);
    expect(planWorkers({ workerCount: 0 })).toEqual([]);
  });

  test("options of a node win over those for all", () => {
    const plans = planWorkers({
      nodeList: [{ node: "hippo", user: "h", verbose: true }, "newt"],
      user: "everybody",
      launch: ssh(),
    });
    expect(plans.map(({ options }) => options)).toEqual([{ user: "h", verbose: true }, { user: "everybody" }]);
  });

  test.each<[string, LaunchOptions, RegExp]>([
    ["a node elsewhere without a launcher that gets there", { nodeList: ["hippo.example"] }, /launch: ssh\(\)/],
    ["an empty list", { nodeList: [], workerCount: 2 }, /nodeList is empty/],
    ["a count that is none", { workerCount: -1 }, /workerCount/],
    ["a count that is no whole number", { workerCount: 1.5 }, /workerCount/],
    [
      "a node that would pass for an option",
      { nodeList: ["-oProxyCommand=touch x"], launch: ssh() },
      /no name of a node/,
    ],
    ["a node with a blank in it", { nodeList: ["a b"], launch: ssh() }, /no name of a node/],
    [
      "workers of a node that are no count",
      { nodeList: [{ node: "a", workers: 0.5 }], launch: ssh() },
      /workers of node 'a'/,
    ],
  ])("refused: %s", (_name, options, message) => {
    expect(() => planWorkers(options)).toThrow(LaunchError);
    expect(() => planWorkers(options)).toThrow(message);
  });

  test("this machine by any of its names needs no launcher", () => {
    expect(nodesOf({ nodeList: ["localhost", hostname(), "127.0.0.1"] })).toHaveLength(3);
  });
});

describe("the commands of a dry run", () => {
  const show = (options: LaunchOptions, at = server): string =>
    dryRun({ nodeList: ["hippo"], ...options }, { server: at })[0]!;
  const worker =
    "networkspaces worker --sleigh=sleigh_ride_0001 --host=office.example --port=8765 --rank=0 --token=TOKEN";
  /** As one word within a command. */
  const quoted = (line: string): string => shellLine([line]);

  test("ssh", () => {
    expect(show({ launch: ssh() })).toBe(`ssh -T -x -o 'BatchMode=yes' -- hippo ${quoted(worker)}`);
    expect(show({ launch: ssh({ port: 2222, options: ["-i", "my key"] }), user: "anna" })).toBe(
      `ssh -i 'my key' -T -x -o 'BatchMode=yes' -p 2222 -l anna -- hippo ${quoted(worker)}`,
    );
  });

  test("ssh through a tunnel, on a port that the node chooses or one that is given", () => {
    const line = show({ launch: sshForward() }, loopback);
    expect(line).toContain("-R localhost:0:127.0.0.1:8765");
    expect(line).toContain(quoted(worker.replace("office.example", "localhost").replace("8765", "0")));
    const fixed = show({ launch: sshForward(), nwsPortRemote: 4000 }, { host: "::1", port: 1 });
    expect(fixed).toContain("-R 'localhost:4000:[::1]:1'");
    expect(fixed).toContain("--port=4000");
  });

  test("ssh makes a tunnel by itself to a server that only this machine can reach", () => {
    expect(show({ launch: ssh() }, loopback)).toContain("-R ");
    expect(show({ launch: ssh(), nwsHostRemote: "gate" }, loopback)).not.toContain("-R ");
    expect(show({ launch: ssh({ forward: false }), nwsHostRemote: "gate" }, loopback)).toContain("--host=gate");
    expect(show({ launch: ssh(), nodeList: ["localhost"] }, loopback)).not.toContain("-R ");
  });

  test("a server that listens everywhere is told by this machine's name", () => {
    expect(show({ launch: ssh() }, { host: "0.0.0.0", port: 1 })).toContain(`--host=${hostname()}`);
    expect(show({ launch: "local", nodeList: ["localhost"] }, { host: "0.0.0.0", port: 1 })).toContain(
      "--host=localhost",
    );
  });

  test.each([
    ["rsh", rsh()],
    ["lsf", lsf()],
    ["slurm", slurm()],
    ["ssh without a tunnel", ssh({ forward: false })],
  ])("%s refuses nodes that cannot reach the server", (_name, launch) => {
    expect(() => show({ launch }, loopback)).toThrow(/workers on 'hippo' cannot reach the server at 127\.0\.0\.1:8765/);
  });

  test("rsh", () => {
    expect(show({ launch: rsh(), user: "anna" })).toBe(`rsh -l anna hippo ${quoted(worker)}`);
  });

  test("lsf, with a job that is attached and with one that is not", () => {
    expect(show({ launch: lsf({ options: ["-q", "short"] }) })).toBe(
      `bsub -q short -I -J sleigh_ride_0001_0 -m hippo ${quoted(worker)}`,
    );
    expect(show({ launch: lsf({ batch: true }), nodeList: [""], keyDir: "/shared/keys" })).toMatch(
      /^bsub -K -i \/dev\/null -o \/dev\/null -J sleigh_ride_0001_0 'networkspaces worker .*--key-file=\/shared\/keys\/sleigh_ride_0001-\d+-\d+\.key/,
    );
  });

  test("slurm: no shell is between, so nothing is quoted twice", () => {
    expect(show({ launch: slurm({ options: ["--time=5"] }) })).toBe(
      `srun --nodes=1 --ntasks=1 --unbuffered --quiet --job-name=sleigh_ride_0001 --nodelist=hippo --time=5 -- ${worker}`,
    );
  });

  test("one's own", () => {
    const docker: Launcher = (node, { command }) => ({
      command: "docker",
      args: ["exec", "-i", node, ...command()],
      env: { DOCKER_HOST: "a b" },
      cwd: "/some where",
    });
    expect(show({ launch: docker })).toBe(`cd '/some where' && DOCKER_HOST='a b' docker exec -i hippo ${worker}`);
  });

  test("local: this Node and this package", () => {
    const line = show({ launch: "local", nodeList: ["localhost"], env: { A: "1 2" } });
    expect(line.startsWith(`A='1 2' ${shellLine([process.execPath])} `)).toBe(true);
    expect(line).toContain("dist/worker.js --sleigh=sleigh_ride_0001 ");
  });

  test("threads", () => {
    const line = show({ launch: "threads", nodeList: ["localhost"] });
    expect(line).toMatch(/^# a thread: .*dist\/worker\.js --sleigh=/);
    expect(() => show({ launch: "threads", nodeList: ["localhost"], workingDir: "/" })).toThrow(/workingDir/);
  });

  test("the script: its folder, its name, several words, a JavaScript file", () => {
    const script = (options: LaunchOptions): string => show({ ...options, launch: slurm() }).split(" -- ")[1]!;
    expect(script({ scriptDir: "/opt/bin" })).toMatch(/^\/opt\/bin\/networkspaces worker /);
    expect(script({ scriptDir: "/opt/", scriptName: "nws.mjs" })).toMatch(/^node \/opt\/nws\.mjs worker /);
    expect(script({ scriptName: ["npx", "networkspaces"] })).toMatch(/^npx networkspaces worker /);
    expect(() => script({ scriptName: ["a"], scriptDir: "b" })).toThrow(/scriptDir/);
    expect(() => script({ scriptName: "-x" })).toThrow(/no program/);
    expect(() => script({ scriptName: [] })).toThrow(/empty list/);
  });

  test("what the worker is told: as arguments, as environment, or as a function says", () => {
    const all = {
      launch: slurm(),
      modulePath: ["/m 1", "/m2"],
      workingDir: "/w",
      logDir: "/l",
      verbose: true,
      redirectOutput: false,
      nwsHostRemote: "gate",
      nwsPortRemote: 99,
      env: { X: "y z" },
    };
    const words = show(all).split(" -- ")[1]!;
    expect(words).toBe(
      "env 'X=y z' networkspaces worker --sleigh=sleigh_ride_0001 --host=gate --port=99 --rank=0 --token=TOKEN " +
        "'--module-path=/m 1' --module-path=/m2 --working-dir=/w --log-dir=/l --verbose --no-redirect-output",
    );
    expect(show({ ...all, scriptExec: "env" }).split(" -- ")[1]).toBe(
      "env 'X=y z' 'NWS_WORKER_SLEIGH=sleigh_ride_0001' 'NWS_WORKER_HOST=gate' 'NWS_WORKER_PORT=99' 'NWS_WORKER_RANK=0' " +
        "'NWS_WORKER_TOKEN=TOKEN' 'NWS_WORKER_MODULE_PATH=[\"/m 1\",\"/m2\"]' 'NWS_WORKER_WORKING_DIR=/w' " +
        "'NWS_WORKER_LOG_DIR=/l' 'NWS_WORKER_VERBOSE=1' 'NWS_WORKER_REDIRECT_OUTPUT=0' networkspaces worker",
    );
    const own = show({ launch: slurm(), scriptExec: (script, { sleigh }) => ["nice", ...script, "join", sleigh] });
    expect(own.split(" -- ")[1]).toBe("nice networkspaces join sleigh_ride_0001");
    expect(() => show({ launch: slurm(), env: { "A B": "" } })).toThrow(/'A B' is no name/);
  });
});

describe("how many workers one machine should run", () => {
  const check = (count: number | undefined, cores: number, force = false): string | undefined => {
    const options = { ...(count !== undefined && { workerCount: count }), force };
    return checkLocalWorkers(planWorkers(options), options, cores);
  };

  test("as many as cores is fine", () => {
    expect(check(4, 4)).toBeUndefined();
  });

  test("more are warned of when the number was asked for", () => {
    expect(check(5, 4)).toMatch(/5 workers on this machine, which has 4 cores/);
    expect(check(undefined, 1)).toBeUndefined();
  });

  test("more than three times as many are refused, unless forced", () => {
    expect(check(12, 4)).toMatch(/12 workers/);
    expect(() => check(13, 4)).toThrow(/force: true/);
    expect(check(13, 4, true)).toBeUndefined();
  });

  test("workers elsewhere do not count", () => {
    const options = { nodeList: ["hippo"], workerCount: 100, launch: ssh() };
    expect(checkLocalWorkers(planWorkers(options), options, 1)).toBeUndefined();
  });
});

describe("a sleigh inside of a worker", () => {
  afterEach(() => Reflect.deleteProperty(globalThis, Symbol.for("networkspaces.sleigh.insideWorker")));

  test("is known as one once the worker has said so", () => {
    expect(isInsideWorker()).toBe(false);
    markInsideWorker();
    expect(isInsideWorker()).toBe(true);
  });
});
