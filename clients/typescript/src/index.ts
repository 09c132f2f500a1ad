/** Live records of a Headwater service over one websocket: see docs/live.md. */

export { connect, Live, type ConnectOptions, type ProduceOptions } from "./client.js";
export type { Phase } from "./connection.js";
export { LiveError } from "./errors.js";
export type { Header, LiveRecord, Payload, Produced, Progress, RecordsFrame, WireRecord } from "./record.js";
export { Subscription, type SubscribeOptions } from "./subscription.js";
export { ticketFor } from "./ticket.js";
