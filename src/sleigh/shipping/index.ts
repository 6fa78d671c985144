/*
 * Sending functions to other processes, with everything they use. See docs/shipping-functions.md.
 */
export { RebuildError, ShippingError } from "./errors.ts";
export { explicit, ref, type AnyFunction } from "./marked.ts";
export type { Hash } from "./pack/graph.ts";
export { Realm } from "./rebuild/realm.ts";
export { Receiver, type ReceiverOptions } from "./receiver.ts";
export { Shipper, type PackedValue, type Shipment, type ShipperOptions } from "./shipper.ts";
