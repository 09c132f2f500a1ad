/** Bodies of reading and filtering records of a whole topic, as they travel. */

import type { RecordBody, TypedData } from "./types";

/** A key or value. A long one comes cut: `size` is then what all of it has, in bytes. */
export interface CutData extends TypedData {
  truncated?: boolean;
  size?: number;
}

export interface UnreadableBody {
  partition_id?: number;
  offset: number;
  next_offset: number;
  message: string;
}

/** The answer of `GET …/topics/{topic}/records`. */
export interface TopicRecordsBody {
  data: RecordBody[];
  next_cursor: string | null;
  previous_cursor: string | null;
  progress: {
    scanned_records: number;
    scanned_bytes: number;
    matched: number;
    /** Records on which the filter failed, such as one without the field; absent for none. */
    filter_failures?: number;
    filter_failure?: string | null;
  };
  at_end: boolean;
  unreadable: UnreadableBody[];
  partitions: { partition_id: number; log_start_offset: number; high_watermark: number }[];
}
