// Cross-validation: of which degree is the polynomial that describes some points best? The points are cut into folds; each fold in its
// turn is predicted from the others. A task for each degree and each fold.
import { range, Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";
import { makePoints } from "./points.ts";
import { errorOf, fit } from "./regression.ts";

const [degreeCount, foldCount] = [10, 8];
const points = makePoints(400);

/** The error on a fold of the polynomial that was fitted to the other folds. */
function validate(degree: number, fold: number): number {
  const others = points.filter((_, i) => i % foldCount !== fold);
  const held = points.filter((_, i) => i % foldCount === fold);
  return errorOf(fit(others, degree), held);
}

/** Says which degree has the smallest error, as a mean over its folds. */
function best(errors: readonly number[]): string {
  const means = Array.from(range(degreeCount), (degree) => {
    const ofDegree = errors.slice(degree * foldCount, (degree + 1) * foldCount);
    return ofDegree.reduce((total, error) => total + error, 0) / foldCount;
  });
  const least = Math.min(...means);
  return `degree ${means.indexOf(least)}, with a mean squared error of ${least}`;
}

await using s = new Sleigh();

const tasks = Array.from(range(degreeCount * foldCount));
const degrees = tasks.map((task) => Math.floor(task / foldCount));
const folds = tasks.map((task) => task % foldCount);

const errors = await s.eachElem(validate, [degrees, folds]);

const twin = tasks.map((task) => validate(degrees[task]!, folds[task]!));

compare(best(errors), best(twin));
