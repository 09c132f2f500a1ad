import { useEffect, useMemo, useSyncExternalStore } from "react";

import { Subscription, type TailStart } from "./subscription";

/** One subscription for as long as the component shows this topic from this start. */
export function useSubscription(
  cluster: string,
  topic: string,
  from: TailStart,
  filter = "",
): Subscription {
  const subscription = useMemo(
    () => new Subscription(cluster, topic, from, filter),
    [cluster, topic, from, filter],
  );
  useEffect(() => subscription.start(), [subscription]);
  return subscription;
}

/** Renders the component again whenever the subscription has news. */
export function useRevision(subscription: Subscription): number {
  return useSyncExternalStore(subscription.subscribe, subscription.getRevision);
}
