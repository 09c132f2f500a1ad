import { formatCount, formatPlural } from "../../../records/format";
import classes from "./partitions.module.css";
import type { BrokerShare } from "./replicas";

/** How evenly the topic lies on its brokers. */
export function BrokerShares({ shares }: { shares: BrokerShare[] }) {
  const most = Math.max(1, ...shares.map(({ leaders }) => leaders));
  return (
    <div className={classes.shares} role="list" aria-label="Brokers of this topic">
      {shares.map(({ broker, leaders, replicas, notInSync }) => (
        <div
          key={broker}
          role="listitem"
          className={classes.share}
          data-behind={notInSync > 0}
        >
          <strong>Broker {broker}</strong>
          <div className="tabular">
            leads {formatCount(leaders)} · {formatPlural(replicas, "replica")}
          </div>
          {notInSync > 0 && <div>{formatCount(notInSync)} not in sync</div>}
          <div className={classes.bar} aria-hidden="true">
            <div className={classes.fill} style={{ width: `${(100 * leaders) / most}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}
