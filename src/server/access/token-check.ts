import { randomBytes } from "node:crypto";
import { SCRAM_ITERATIONS, SCRAM_KEY_BYTES } from "../../wire/scram.ts";
import { parseToken } from "../../wire/token.ts";
import type { AccessList } from "./access-list.ts";
import { LoginRefused, WRONG } from "./login.ts";
import type { Principal } from "./principal.ts";
import { isSecretOf, SALT_BYTES, type ScramRecord, sha256 } from "./scram-record.ts";
import { Throttle } from "./throttle.ts";

export { parseToken } from "../../wire/token.ts";

/** What was found out holds for so long. */
const GOOD_MS = 30_000;
const BAD_MS = 10_000;
const MOST_KNOWN = 1000;

/** Wrong tokens, at once and in a minute. */
const FAILURES_PER_ADDRESS = 20;
const FAILURES_OVERALL = 200;

/** Too many tokens were wrong: no other one is looked at for now, good or not. */
export class TooManyAttempts extends Error {
  override readonly name = "TooManyAttempts";
}

/** What was found out about a token. */
interface Outcome {
  /** With what it was compared: with another one it must be compared again. */
  readonly record: ScramRecord | undefined;
  readonly isGood: Promise<boolean>;
  until: number;
}

/** Finds out whose a whole token is, as requests over HTTP have it. To hash one takes a millisecond, in the thread pool: so outcomes are kept for a while. */
export class TokenCheck {
  readonly #list: AccessList;
  readonly #now: () => number;
  readonly #throttle: Throttle;
  /** By a hash of the token; the oldest first. */
  readonly #known = new Map<string, Outcome>();
  /** Who names a token that is not there waits as long as others. */
  readonly #decoy: ScramRecord = {
    salt: new Uint8Array(randomBytes(SALT_BYTES)),
    iterations: SCRAM_ITERATIONS,
    storedKey: randomBytes(SCRAM_KEY_BYTES),
    serverKey: randomBytes(SCRAM_KEY_BYTES),
  };

  /** `now`: in ms. */
  constructor(list: AccessList, now: () => number = () => performance.now()) {
    this.#list = list;
    this.#now = now;
    this.#throttle = new Throttle({ perAddress: FAILURES_PER_ADDRESS, overall: FAILURES_OVERALL, now });
  }

  /** `address`: where it came from. Rejects with a LoginRefused when the token is not good, with TooManyAttempts when too many were not. */
  async principalOf(text: string, address: string): Promise<Principal> {
    const token = parseToken(text);
    if (token === undefined) {
      throw new LoginRefused("this is no token: one has the form nws_ID_SECRET");
    }
    const { id, secret } = token;
    await this.#list.seek(id);
    const record = this.#list.scramOf(id);
    const hash = Buffer.from(sha256(Buffer.from(`${id}_${secret}`))).toString("base64");
    const known = this.#known.get(hash);
    const isKnown = known !== undefined && known.record === record && known.until > this.#now();
    const isGood = await (isKnown ? known : this.#compare(hash, secret, record, address)).isGood;
    const principal = isGood ? this.#list.principalOf(id) : undefined;
    if (principal === undefined) {
      throw new LoginRefused(WRONG, "wrong_token");
    }
    return principal;
  }

  #compare(hash: string, secret: string, record: ScramRecord | undefined, address: string): Outcome {
    const succeeded = this.#throttle.begin(address);
    if (succeeded === undefined) {
      throw new TooManyAttempts("too many tokens were wrong; wait a minute and try again");
    }
    const isGood = isSecretOf(secret, record ?? this.#decoy).then((isSame) => isSame && record !== undefined);
    const outcome: Outcome = { record, isGood, until: Infinity };
    this.#known.delete(hash);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < MOST_KNOWN) {
        break;
      }
      this.#known.delete(oldest);
    }
    this.#known.set(hash, outcome);
    isGood.then(
      (isSame) => {
        outcome.until = this.#now() + (isSame ? GOOD_MS : BAD_MS);
        if (isSame) {
          succeeded();
        }
      },
      () => this.#known.delete(hash),
    );
    return outcome;
  }
}
