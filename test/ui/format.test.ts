import { describe, expect, it } from "vitest";
import { bytes, count, counted, duration, microseconds, percent, rate, shortCount } from "../../ui/format/numbers.ts";
import { shellWord } from "../../ui/format/shell-word.ts";
import { ago, exactTime } from "../../ui/format/times.ts";
import { shortened, visibleLine, visibleText } from "../../ui/format/visible-text.ts";
import { limitsText } from "../../ui/variable/limits-text.ts";

describe("numbers as people read them", () => {
  it.each([
    [count(1_234_567), "1,234,567"],
    [shortCount(1_234_567), "1.2M"],
    [shortCount(999), "999"],
    [counted(1, "value"), "1 value"],
    [counted(2000, "value"), "2,000 values"],
    [bytes(0), "0 B"],
    [bytes(1023), "1,023 B"],
    [bytes(1024), "1 KiB"],
    [bytes(3.21 * 1024 * 1024), "3.21 MiB"],
    [bytes(500 * 1024 * 1024), "500 MiB"],
    [rate(0), "–"],
    [rate(0.01), "<0.1/s"],
    [rate(12.345), "12.3/s"],
    [rate(45_678), "45.7K/s"],
    [percent(0.857), "86 %"],
    [microseconds(120), "120 µs"],
    [microseconds(3456), "3.46 ms"],
    [microseconds(2_500_000), "2.5 s"],
    [duration(0), "0 ms"],
    [duration(59_999), "59 s"],
    [duration(60_000), "1 min"],
    [duration(200_000), "3 min 20 s"],
    [duration(3_600_000 * 2 + 300_000), "2 h 5 min"],
    [duration(86_400_000 * 4 + 3_600_000 * 3), "4 d 3 h"],
  ])("%s", (shown, expected) => {
    expect(shown).toBe(expected);
  });
});

describe("times", () => {
  it("are relative, and never in the future", () => {
    const now = Date.parse("2026-01-01T00:01:00Z");
    expect(ago("2026-01-01T00:00:00Z", now)).toBe("1 min ago");
    expect(ago("2026-01-01T00:00:59.900Z", now)).toBe("just now");
    expect(ago("2026-01-01T00:02:00Z", now)).toBe("just now");
  });

  it("are exact on hover, with the time zone", () => {
    expect(exactTime("2026-01-01T00:00:00.123Z")).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:00\.123 \([+-]\d\d:\d\d\)$/);
    expect(exactTime("nonsense")).toBe("nonsense");
  });
});

describe("text from programs", () => {
  it("shows what would be invisible or turn the text around", () => {
    expect(visibleLine("a\u0000b\tc\nd\u001b[31m\u007f")).toBe("a␀b⇥c↵d␛[31m␡");
    expect(visibleLine("evil\u202egnp.exe")).toBe("evil⟨U+202E⟩gnp.exe");
    expect(visibleLine("\u0085\u200b\ufeff")).toBe("⟨U+0085⟩⟨U+200B⟩⟨U+FEFF⟩");
  });

  it("keeps line breaks and tabs where there may be several lines", () => {
    expect(visibleText("a\tb\r\nc\n\u0007")).toBe("a\tb\nc\n␇");
  });

  it("is cut between characters", () => {
    expect(shortened("short", 10)).toBe("short");
    expect(shortened("0123456789", 5)).toBe("0123…");
    expect(shortened("012😀456", 5)).toBe("012…");
  });

  it("becomes one word of a shell", () => {
    expect(shellWord("plain/name.1")).toBe("plain/name.1");
    expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
    expect(shellWord("-n")).toBe("'-n'");
    expect(shellWord("")).toBe("''");
  });
});

describe("limits of a variable", () => {
  it("say how much it holds, what then, and for how long", () => {
    expect(limitsText({ maxValues: 1, whenFull: "block" })).toBe("at most 1 value, else stores wait");
    expect(limitsText({ maxValues: 2000, maxBytes: 2 ** 20, whenFull: "dropOldest", ttlMs: 60_000 })).toBe(
      "at most 2,000 values and 1 MiB, else the oldest go; each for 60 s",
    );
    expect(limitsText({ ttlMs: 1500 })).toBe("each for 1,500 ms");
    expect(limitsText({})).toBe("none");
  });
});
