import { Command, Option } from "commander";
import { asJson, asLine, type CheckReport, judge, type Thresholds } from "../check/report.ts";
import { CheckStatus } from "../check/status.ts";
import { parseMemoryThreshold, parseThreshold } from "../check/thresholds.ts";
import { withServer } from "../connect.ts";
import { ExitCode } from "../exit-code.ts";
import { addServerChoice, type ServerChoice, timeoutOption } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { exitCodeOf, sentenceOf } from "../report.ts";

interface CheckOptions extends ServerChoice, Thresholds {
  readonly timeout: number;
  readonly json?: true;
}

const DEFAULT_TIMEOUT_MS = 10_000;

const afterHelp = `
Exit codes, as Nagios, Icinga and others read them: 0 ok, 1 warning, 2 critical (no server, no answer, a second limit),
3 unknown (wrong usage, not let in). A limit may be two: the first is for a warning, the second for critical.

Examples:
  nws check                                       is there a server, and does it do its work?
  nws check --max-latency-ms 50,500 --max-memory 80%,95%
  nws check --host nws.example.org --tls --token-file /etc/nagios/nws.token`;

export function checkCommand(): Command {
  const command = new Command("check")
    .summary("say whether a server does its work, for monitoring")
    .description(
      "Has a server pass a value from a store to a fetch that waits, in a workspace of its own, and prints one line: how long that took, what the server has to do.",
    )
    .addOption(
      new Option("--max-latency-ms <limits>", "most milliseconds from a store to the fetch that waits").argParser(
        parseThreshold,
      ),
    )
    .addOption(
      new Option("--max-waiting <limits>", "most operations that wait on the server").argParser(parseThreshold),
    )
    .addOption(
      new Option("--max-memory <limits>", "most memory of values: sizes, or parts of the server's limit").argParser(
        parseMemoryThreshold,
      ),
    )
    .addOption(timeoutOption("how long the server may take for all").default(DEFAULT_TIMEOUT_MS, "10"))
    .option("--json", "print an object");
  return addServerChoice(command)
    .addHelpText("after", paragraphs(afterHelp))
    .action(async (options: CheckOptions) => {
      const report = await Promise.race([check(options), noAnswer(options.timeout)]);
      await writeLine(options.json === true ? asJson(report) : asLine(report));
      // At once: what the server has not answered would keep the program.
      process.exit(report.status);
    });
}

async function check(options: CheckOptions): Promise<CheckReport> {
  try {
    const { roundTrip } = await import("../check/round-trip.ts");
    return await withServer(options, async (server) => {
      const latencyMs = await roundTrip(server);
      return judge(latencyMs, await server.info(), options);
    });
  } catch (error) {
    return { status: statusOfError(error), problems: [sentenceOf(error)] };
  }
}

/** Who is not let in has not found out how the server is; whatever else goes wrong would go wrong for other programs too. */
function statusOfError(error: unknown): CheckStatus {
  const code = exitCodeOf(error);
  return code === ExitCode.notPermitted || code === ExitCode.usage ? CheckStatus.unknown : CheckStatus.critical;
}

async function noAnswer(ms: number): Promise<CheckReport> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return { status: CheckStatus.critical, problems: [`the server has not answered within ${ms / 1000} s`] };
}
