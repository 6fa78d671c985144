import { RebuildError } from "./errors.ts";
import type { PrivateFieldWriter } from "./rebuild/data-maker.ts";
import type { Inspector } from "./inspector.ts";

/** Sets private fields by way of V8's console, which may. */
export class InspectorFieldWriter implements PrivateFieldWriter {
  readonly #inspector: () => Inspector | undefined;

  constructor(inspector: () => Inspector | undefined) {
    this.#inspector = inspector;
  }

  write(instance: object, fields: readonly (readonly [name: string, value: unknown])[]): void {
    const inspector = this.#inspector();
    if (inspector === undefined) {
      throw new RebuildError(
        `an instance of ${instance.constructor.name} has private fields, and there is no inspector to set them`,
      );
    }
    inspector.look(() => {
      inspector.setPrivateFields(instance, fields);
    });
  }
}
