/** The bodies of the HTTP API that the console reads and writes, as they travel. */

export interface TenantAccess {
  name: string;
  cluster_id: string;
  role: string;
  /** What the role allows: read, write, administer. */
  scopes?: string[];
}

export interface SessionBody {
  user: { login: string; name: string; is_operator?: boolean };
  tenants: TenantAccess[];
  csrf_token?: string;
}

export interface BrokerBody {
  id: number;
  host: string;
  port: number;
  state: "running" | "fenced";
}

export interface OverviewBody {
  tenant: string;
  cluster_id: string;
  bootstrap_servers: string;
  security_protocol: string;
  brokers: BrokerBody[];
  topics: number;
  partitions: number;
  /** Of the last few seconds; null while nobody has told yet. */
  health?: HealthBody | null;
  bytes_stored?: number | null;
  records_in_per_s?: number | null;
  bytes_in_per_s?: number | null;
  bytes_out_per_s?: number | null;
}

export interface HealthBody {
  state: "good" | "degraded" | "down";
  /** Partitions with fewer replicas in sync than they should have. */
  under_replicated: number;
  /** Partitions that nobody leads. */
  offline: number;
  brokers_down: number;
}

export interface ListBody<Item> {
  data: Item[];
}

export interface TopicBody {
  topic_name: string;
  partitions_count: number;
  replication_factor: number;
  is_internal: boolean;
}

export interface NewTopicBody {
  topic_name: string;
  partitions_count: number;
  configs: { name: string; value: string }[];
}

export interface PartitionBody {
  partition_id: number;
  /** Absent while the partition has no leader. */
  leader_broker_id?: number;
  replica_broker_ids: number[];
  isr_broker_ids: number[];
}

export interface TypedData {
  type: string;
  data: unknown;
}

export interface NewRecordBody {
  partition_id?: number;
  key?: TypedData;
  value?: TypedData;
  headers?: { name: string; value: string | null }[];
  /** RFC 3339 or milliseconds since 1970; without one the time of the request. */
  timestamp?: number | string;
}

export interface ProducedBody {
  partition_id: number;
  offset: number;
}

export interface RecordBody {
  partition_id: number;
  offset: number | string;
  timestamp: number | string | null;
  key: TypedData | null;
  value: TypedData | null;
  headers: { name: string; value: string | null }[];
  /** Bytes of key, value and headers; not every endpoint says. */
  size?: number;
}

export interface RecordsBody {
  data: RecordBody[];
  next_offset: number | string;
  high_watermark: number | string;
  log_start_offset: number | string;
  /** Stretches that could not be decoded, such as a batch in an unknown compression. */
  unreadable: { offset: number; next_offset: number; message: string }[];
}
