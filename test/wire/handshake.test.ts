import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ClientHandshake,
  type ClientHandshakeOutcome,
  type HandshakeStep,
  offeredOptions,
  ServerHandshake,
  type ServerHandshakeOutcome,
} from "../../src/wire/index.ts";
import { bytesOf, cutBy, cuttings, textOf } from "./bytes-for-tests.ts";

const offer = offeredOptions({ allowKillOnClose: true, webPort: 8766 });
const offerText =
  "P000" +
  "0005" +
  "0016MetadataToServer0000" +
  "0018MetadataFromServer0000" +
  "0017KillServerOnClose0000" +
  "0010NwsWebPort00048766" +
  "0009Multiplex0000";

const multiplexWanted = "R000" + "0001" + "0009Multiplex" + "00011";

interface Run<Outcome> {
  readonly outcome: Outcome | undefined;
  readonly written: string;
  readonly rest: string;
}

/** Feeds pieces until there is an outcome; the pieces after it count as rest, unless the connection is closed. */
function run<Outcome extends { readonly mode: string }>(
  handshake: { push(chunk: Uint8Array): HandshakeStep<Outcome> },
  pieces: Iterable<Uint8Array>,
): Run<Outcome> {
  let outcome: Outcome | undefined;
  let written = "";
  let rest = "";
  for (const piece of pieces) {
    if (outcome?.mode === "refused") {
      break;
    }
    if (outcome !== undefined) {
      rest += textOf(piece);
      continue;
    }
    const step = handshake.push(piece);
    written += textOf(step.write);
    outcome = step.outcome;
    rest += textOf(step.rest);
  }
  return { outcome, written, rest };
}

/** What the server makes of these bytes, the same in every cutting. */
function served(input: string, offered = offer): Run<ServerHandshakeOutcome> {
  const whole = run(new ServerHandshake(offered), [bytesOf(input)]);
  for (const pieces of cuttings(bytesOf(input))) {
    expect(run(new ServerHandshake(offered), pieces)).toEqual(whole);
  }
  return whole;
}

function connected(input: string): Run<ClientHandshakeOutcome> {
  const whole = run(new ClientHandshake(), [bytesOf(input)]);
  for (const pieces of cuttings(bytesOf(input))) {
    expect(run(new ClientHandshake(), pieces)).toEqual(whole);
  }
  return whole;
}

const plain = {
  mode: "classic",
  cookie: true,
  metadataIn: false,
  metadataOut: false,
  killOnClose: false,
  startTls: false,
};

describe("the server's handshake", () => {
  test.each(["0000", "1111"])("%s gets replies without a cookie", (greeting) => {
    expect(served(greeting)).toEqual({ outcome: { ...plain, cookie: false }, written: "2223", rest: "" });
  });

  test.each(["2222", "0001", "GET ", "x000", "\0\0\0\0", "1X00", "\xff\xfe\xfd\xfc"])(
    "%j gets replies with a cookie",
    (greeting) => {
      expect(served(greeting)).toEqual({ outcome: plain, written: "2223", rest: "" });
    },
  );

  test("leaves what follows to the protocol that follows", () => {
    expect(served("2222" + "0001rest").rest).toBe("0001rest");
    expect(served("X000" + "R000" + "0000" + "0001rest").rest).toBe("0001rest");
    expect(served("X000" + multiplexWanted + "\0\0\0\x05frame").rest).toBe("\0\0\0\x05frame");
  });

  test.each(["X000", "XYZ\xff"])("%j gets the offer", (greeting) => {
    expect(served(greeting)).toEqual({ outcome: undefined, written: offerText, rest: "" });
  });

  test("offers the end of the server only where it is allowed, and the web port only where there is one", () => {
    expect([...offeredOptions().keys()]).toEqual(["MetadataToServer", "MetadataFromServer", "Multiplex"]);
    expect(served("X000", offeredOptions()).written).not.toContain("KillServerOnClose");
  });

  test("agrees to nothing wanted", () => {
    expect(served("X000" + "R000" + "0000")).toEqual({ outcome: plain, written: offerText + "A000", rest: "" });
  });

  test("agrees to each classic option that is wanted with 1, and to no other value", () => {
    const wanted =
      "R000" + "0003" + "0016MetadataToServer00011" + "0018MetadataFromServer00010" + "0017KillServerOnClose00011";
    expect(served("X000" + wanted)).toEqual({
      outcome: {
        mode: "classic",
        cookie: true,
        metadataIn: true,
        metadataOut: false,
        killOnClose: true,
        startTls: false,
      },
      written: offerText + "A000",
      rest: "",
    });
  });

  test("agrees to an option with a value of its own when that one is wanted", () => {
    expect(served("X000R000" + "0001" + "0010NwsWebPort00048766").written).toBe(offerText + "A000");
    expect(served("X000R000" + "0001" + "0010NwsWebPort00048765")).toMatchObject({
      outcome: { mode: "refused" },
      written: offerText + "F000",
    });
  });

  test("agrees to frames", () => {
    expect(served("X000" + multiplexWanted)).toEqual({
      outcome: { mode: "multiplexed" },
      written: offerText + "A000",
      rest: "",
    });
    expect(served("X000R000" + "0001" + "0009Multiplex" + "00010").outcome).toEqual(plain);
  });

  test("refuses frames together with a classic option", () => {
    const wanted = "R000" + "0002" + "0009Multiplex00011" + "0016MetadataToServer00011";
    expect(served("X000" + wanted)).toMatchObject({ outcome: { mode: "refused" }, written: offerText + "F000" });
  });

  test("refuses an option that it does not offer", () => {
    const wanted = "R000" + "0001" + "0003SSL" + "00011";
    expect(served("X000" + wanted)).toMatchObject({ outcome: { mode: "refused" }, written: offerText + "F000" });
    const kill = "R000" + "0001" + "0017KillServerOnClose" + "00011";
    expect(served("X000" + kill, offeredOptions())).toMatchObject({ outcome: { mode: "refused" } });
  });

  test.each(["F000", "2222", "r000"])("hangs up on %s instead of R000", (answer) => {
    expect(served("X000" + answer)).toMatchObject({ outcome: { mode: "refused" }, written: offerText, rest: "" });
  });

  test.each(["-001", "+001", " 001", "1e03", "0x01", "00 1", "\0\0\0\x01"])(
    "hangs up on a dictionary of %j pairs",
    (count) => {
      expect(served("X000R000" + count)).toMatchObject({ outcome: { mode: "refused" }, written: offerText });
    },
  );

  test("hangs up on a dictionary over the limits, before it has come", () => {
    expect(served("X000R000" + "0101")).toMatchObject({ outcome: { mode: "refused" } });
    expect(served("X000R000" + "0100").outcome).toBeUndefined();
    expect(served("X000R000" + "0001" + "4097")).toMatchObject({ outcome: { mode: "refused" } });
    expect(served("X000R000" + "0001" + "4096").outcome).toBeUndefined();
    const twice = "X000R000" + "0002" + "0001a" + "2000" + "v".repeat(2000) + "0001b" + "2095";
    expect(run(new ServerHandshake(offer), [bytesOf(twice)])).toMatchObject({ outcome: { mode: "refused" } });
  });

  test("ends once", () => {
    const handshake = new ServerHandshake(offer);
    handshake.push(bytesOf("2222"));
    expect(() => handshake.push(bytesOf("2222"))).toThrow("over");
  });

  test("comes to the same end with any bytes in any cutting", () => {
    const parts = fc.constantFrom(
      "X000",
      "R000",
      "0000",
      "0001",
      "0002",
      "0009Multiplex",
      "00011",
      "2222",
      "F000",
      "\xff",
    );
    const input = fc.array(fc.oneof(parts, fc.string({ maxLength: 5, unit: "binary-ascii" })), { maxLength: 8 });
    fc.assert(
      fc.property(input, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (words, lengths) => {
        const bytes = bytesOf(words.join(""));
        const whole = run(new ServerHandshake(offer), [bytes]);
        expect(run(new ServerHandshake(offer), cutBy(bytes, lengths))).toEqual(whole);
      }),
    );
  });
});

describe("the client's handshake", () => {
  test("begins by asking for options", () => {
    expect(textOf(new ClientHandshake().greeting)).toBe("X000");
  });

  test("asks for frames, and leaves what follows A000 alone", () => {
    expect(connected(offerText + "A000" + "\0\0\0\x05frame")).toEqual({
      outcome: { mode: "multiplexed", offer },
      written: multiplexWanted,
      rest: "\0\0\0\x05frame",
    });
  });

  test("asks as soon as it has seen the offer", () => {
    expect(connected(offerText)).toEqual({ outcome: undefined, written: multiplexWanted, rest: "" });
  });

  test("knows an old server", () => {
    expect(connected("2223")).toMatchObject({ outcome: { mode: "old_server" }, written: "" });
    const oldOffer = "P000" + "0002" + "0016MetadataToServer0000" + "0003SSL0000";
    expect(connected(oldOffer)).toMatchObject({ outcome: { mode: "old_server" }, written: "" });
  });

  test.each(["HTTP", "SSH-", "P001", "\0\0\0\0"])(
    "knows that %j does not come from a server of workspaces",
    (answer) => {
      expect(connected(answer)).toMatchObject({ outcome: { mode: "refused" }, written: "" });
    },
  );

  test("says when the server refuses, or talks nonsense", () => {
    expect(connected(offerText + "F000")).toMatchObject({ outcome: { mode: "refused" } });
    expect(connected("P000" + "9999")).toMatchObject({ outcome: { mode: "refused" } });
    expect(connected("P000" + "oops")).toMatchObject({ outcome: { mode: "refused" } });
  });

  test("agrees with the server's side", () => {
    const client = new ClientHandshake();
    const server = new ServerHandshake(offeredOptions());
    const offered = server.push(client.greeting);
    const wanted = client.push(offered.write);
    const agreed = server.push(wanted.write);
    expect(agreed.outcome).toEqual({ mode: "multiplexed" });
    expect(client.push(agreed.write).outcome).toMatchObject({ mode: "multiplexed" });
  });
});
