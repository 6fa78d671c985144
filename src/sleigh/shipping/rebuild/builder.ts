import { RebuildError } from "../errors.ts";
import type { GraphNode, Slot } from "../pack/graph.ts";
import type { GraphBuild } from "./graph-build.ts";
import { Stage, type Target } from "./graph-build.ts";

/** What must be there before a node's object can be made: all of it, or only the object itself. */
export interface Need {
  readonly slot: Slot;
  readonly build: GraphBuild;
  readonly isComplete: boolean;
}

/** Makes the objects of nodes: first the object, then what is in it, so that objects can hold each other. */
export interface Maker {
  needs(node: GraphNode, build: GraphBuild): readonly Need[];
  make(node: GraphNode, build: GraphBuild): unknown;
  /** What is in the object: slots of the node's own list, and nodes of others. */
  parts(node: GraphNode, build: GraphBuild): Iterable<Slot | Target>;
  /** Returns false if a part is not made yet: fills what it can, and is called again. */
  fill(node: GraphNode, object: unknown, build: GraphBuild): boolean;
  /** The node, maybe of another list, that this one stands for; or an object that is there already. */
  follow(node: GraphNode, build: GraphBuild): Target | { readonly object: unknown } | undefined;
}

/** Something to do with a node: look whether it is wanted, or go on where what it waited for is there. */
interface Frame extends Target {
  readonly isComplete: boolean;
  readonly isResumed: boolean;
}

/** Makes the objects of graphs, however deep: with a stack of its own, not by calling itself. */
export class Builder {
  readonly #maker: Maker;
  readonly #stack: Frame[] = [];
  readonly #unfilled: Target[] = [];
  /** What is part of a circle that must be closed elsewhere first: a class whose static fields use its own instances. */
  #later: Frame[] = [];
  #progress = 0;

  constructor(maker: Maker) {
    this.#maker = maker;
  }

  /** The object of a slot, complete with all that it holds. */
  build(slot: Slot, build: GraphBuild): unknown {
    this.#want(slot, build, true);
    this.#run();
    return this.value(slot, build);
  }

  /** The object of a slot, which may not be filled yet. */
  value(slot: Slot, build: GraphBuild): unknown {
    if (!isReference(slot)) {
      return slot;
    }
    const target = this.#locate({ build, index: slot[0] });
    return "object" in target ? target.object : target.build.values[target.index];
  }

  /** Whether the object of a slot is there, filled or not. */
  isMade(slot: Slot, build: GraphBuild): boolean {
    if (!isReference(slot)) {
      return true;
    }
    const target = this.#locate({ build, index: slot[0] });
    return "object" in target || target.build.stages[target.index]! >= Stage.made;
  }

  #run(): void {
    let before = -1;
    for (;;) {
      const frame = this.#stack.pop();
      const next = frame ?? this.#unfilled.pop();
      if (frame !== undefined) {
        this.#step(frame);
      } else if (next !== undefined) {
        this.#stack.push({ ...next, isComplete: true, isResumed: false });
      } else if (this.#later.length === 0) {
        return;
      } else if (this.#progress === before) {
        throw new RebuildError("a shipment cannot be made: its classes need each other before they are there");
      } else {
        before = this.#progress;
        this.#stack.push(...this.#later);
        this.#later = [];
      }
    }
  }

  #step(frame: Frame): void {
    const { build, index, isComplete, isResumed } = frame;
    const node = build.nodes[index]!;
    const stage = build.stages[index];
    if (stage === Stage.none) {
      build.stages[index] = Stage.waiting;
      const place = this.#stack.length;
      for (const need of this.#maker.needs(node, build)) {
        this.#want(need.slot, need.build, need.isComplete);
      }
      if (!this.#resumeAfter(frame, place)) {
        this.#make(frame, node);
      }
    } else if (stage === Stage.waiting && isResumed) {
      this.#make(frame, node);
    } else if (stage === Stage.made && isComplete) {
      this.#beginToFill(frame, node);
    } else if (stage === Stage.filling && isResumed) {
      this.#fill(frame, node);
    }
  }

  /** Lets a node go on when all that was put onto the stack above `place` is done; false if there is nothing. */
  #resumeAfter(frame: Frame, place: number): boolean {
    if (this.#stack.length === place) {
      return false;
    }
    this.#stack.splice(place, 0, { ...frame, isResumed: true });
    return true;
  }

  #fill(frame: Frame, node: GraphNode): void {
    const { build, index } = frame;
    if (this.#maker.fill(node, build.values[index], build)) {
      build.stages[index] = Stage.filled;
      this.#progress++;
    } else {
      build.stages[index] = Stage.made;
      this.#later.push({ ...frame, isResumed: false });
    }
  }

  #make(frame: Frame, node: GraphNode): void {
    const { build, index, isComplete } = frame;
    const needs = this.#maker.needs(node, build);
    if (!needs.every((need) => this.isMade(need.slot, need.build))) {
      build.stages[index] = Stage.none;
      this.#later.push({ ...frame, isResumed: false });
      return;
    }
    build.values[index] = this.#maker.make(node, build);
    build.stages[index] = Stage.made;
    this.#progress++;
    if (isComplete) {
      this.#beginToFill(frame, node);
    } else {
      this.#unfilled.push(frame);
    }
  }

  #beginToFill(frame: Frame, node: GraphNode): void {
    frame.build.stages[frame.index] = Stage.filling;
    const place = this.#stack.length;
    for (const part of this.#maker.parts(node, frame.build)) {
      if (isTarget(part)) {
        this.#want([part.index], part.build, true);
      } else {
        this.#want(part, frame.build, true);
      }
    }
    if (!this.#resumeAfter(frame, place)) {
      this.#fill(frame, node);
    }
  }

  #want(slot: Slot, build: GraphBuild, isComplete: boolean): void {
    if (isReference(slot)) {
      const target = this.#locate({ build, index: slot[0] });
      if (!("object" in target) && target.build.stages[target.index]! < Stage.filling) {
        this.#stack.push({ ...target, isComplete, isResumed: false });
      }
    }
  }

  #locate(start: Target): Target | { readonly object: unknown } {
    let target = start;
    for (let steps = 0; steps < 1000; steps++) {
      const node = target.build.nodes[target.index];
      if (node === undefined) {
        throw new RebuildError("a shipment refers to a node that it does not have");
      }
      const next = this.#maker.follow(node, target.build);
      if (next === undefined) {
        return target;
      }
      if ("object" in next) {
        return next;
      }
      target = next;
    }
    throw new RebuildError("a shipment's references lead in a circle");
  }
}

export function isReference(slot: Slot): slot is readonly [number] {
  return typeof slot === "object" && slot !== null;
}

export function isTarget(part: Slot | Target): part is Target {
  return typeof part === "object" && part !== null && "build" in part;
}
