/** CIBA §5: how a client learns that a person has answered. Tokens are never pushed: they would not be bound to a key of the client. */
export const DELIVERY_MODES = ["poll", "ping"] as const;
export type DeliveryMode = (typeof DELIVERY_MODES)[number];

export const isDeliveryMode = (text: string): text is DeliveryMode =>
  DELIVERY_MODES.some((mode) => mode === text);
