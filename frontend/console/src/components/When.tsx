import { Tooltip } from "@mantine/core";

import { formatAge, formatDateTime } from "../records/format";

/** A time as people say it, with the exact one behind it. `at`: RFC 3339. */
export function When({ at }: { at: string | null }) {
  const time = at === null ? NaN : Date.parse(at);
  if (Number.isNaN(time)) return <span>–</span>;
  const distance = Date.now() - time;
  const words = distance >= 0 ? `${formatAge(distance)} ago` : `in ${formatAge(-distance)}`;
  return (
    <Tooltip label={formatDateTime(time).slice(0, 19)}>
      <time dateTime={at!}>{words}</time>
    </Tooltip>
  );
}
