/**
 * Whether a name fits a pattern, in which `*` stands for any characters, or none, and `?` for one. Both are byte strings. The time is at most
 * the product of their lengths, whatever is in them.
 */
export function fits(pattern: string, name: string): boolean {
  let at = 0;
  let nameAt = 0;
  // Where the last star was, and what of the name it has not swallowed yet: if the rest does not fit it swallows one more.
  let star = -1;
  let rest = 0;
  while (nameAt < name.length) {
    const character = pattern[at];
    if (character === "*") {
      star = at++;
      rest = nameAt;
    } else if (character === "?" || character === name[nameAt]) {
      at++;
      nameAt++;
    } else if (star >= 0) {
      at = star + 1;
      nameAt = ++rest;
    } else {
      return false;
    }
  }
  while (pattern[at] === "*") {
    at++;
  }
  return at === pattern.length;
}
