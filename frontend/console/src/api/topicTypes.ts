/** Bodies about topics: the console's list, the partitions map, configs, deletions. */

/** A row of `GET /api/v1/tenants/{tenant}/topics`. Figures are null until a broker reported them. */
export interface TopicRowBody {
  name: string;
  partitions: number;
  replication_factor: number;
  internal: boolean;
  cleanup_policy: string;
  /** Milliseconds, -1 for no limit. */
  retention_ms: number;
  /** Bytes a partition, -1 for no limit. */
  retention_bytes: number;
  records: number | null;
  bytes: number | null;
  records_in_per_s: number | null;
  bytes_in_per_s: number | null;
  bytes_out_per_s: number | null;
  under_replicated: number;
  offline: number;
  created_at: string;
}

export interface TopicRowsBody {
  data: TopicRowBody[];
  /** Milliseconds since 1970 at which the figures were true. */
  as_of: number | null;
}

/** A partition of `GET /api/v1/tenants/{tenant}/topics/{topic}/partitions`. */
export interface PartitionStateBody {
  partition: number;
  /** Null while the partition has no leader. */
  leader: number | null;
  leader_epoch: number;
  replicas: number[];
  isr: number[];
  /** Replicas whose brokers are down. */
  offline: number[];
  log_start_offset: number | null;
  high_watermark: number | null;
  bytes: number | null;
  /** By broker id: how far a follower is behind its leader. */
  lags?: Record<string, { records: number | null; ms: number | null }>;
}

export interface ConfigBody {
  name: string;
  value: string | null;
  is_default: boolean;
  is_read_only: boolean;
  is_sensitive: boolean;
  source: string;
  synonyms: { name: string; value: string | null; source: string }[];
  /** BOOLEAN, STRING, INT, LONG, DOUBLE or LIST. */
  type?: string;
  documentation?: string | null;
  default_value?: string | null;
  allowed_values?: string[] | null;
  /** Bounds of a number, as text: they may be beyond JavaScript's numbers. */
  minimum?: string | null;
  maximum?: string | null;
  /** What a good value is, in words. */
  accepts?: string | null;
}

export interface ConfigChangeBody {
  name: string;
  operation: "SET" | "DELETE";
  value?: string;
}

export interface DeleteRecordsBody {
  partitions: { partition_id: number; before_offset: string }[];
  validate_only: boolean;
}

export interface DeletedRecordsBody {
  data: {
    partition_id: number;
    log_start_offset: number;
    high_watermark: number;
    /** How many records go, or have gone. */
    records: number;
  }[];
}
