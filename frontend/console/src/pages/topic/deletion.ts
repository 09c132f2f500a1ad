/** From the words of the delete-records dialog to the request's body. */

import type { DeleteRecordsBody } from "../../api/topicTypes";

export interface Deletion {
  /** None named means all. */
  partitions: number[];
  until: "end" | "offset";
  /** First offset that stays, when `until` is an offset. */
  offset: string;
}

export function problemOfDeletion({ until, offset }: Deletion): string | null {
  if (until === "offset" && !/^\d{1,19}$/.test(offset)) return "Enter an offset.";
  return null;
}

export function deletionBody(
  { partitions, until, offset }: Deletion,
  count: number,
  validateOnly: boolean,
): DeleteRecordsBody {
  const ids = partitions.length > 0 ? partitions : Array.from({ length: count }, (_, id) => id);
  const before_offset = until === "end" ? "high_watermark" : offset;
  return {
    partitions: ids.map((partition_id) => ({ partition_id, before_offset })),
    validate_only: validateOnly,
  };
}
