"""Every limit of the data plane, with its reason.

A length that comes from a peer is hostile until it was compared with one of these. Nothing
here is a tenant's quota: quotas are policy and live in metadata, limits are safety.
"""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

FRAME_BYTES_MAX: Final = 16 * MIB
"""One request. Kafka allows 100 MiB; clients send at most about 1 MiB (``max.request.size``), and
memory for a frame is taken before quotas can speak."""

FRAME_BYTES_MAX_UNAUTHENTICATED: Final = 64 * KIB
"""Before login only ApiVersions and SASL are spoken; the largest honest one is a few KiB."""

LOGIN_SECONDS_MAX: Final = 10
"""A connection that has not logged in by then is closed: half-open ones must not pile up."""

REQUESTS_IN_FLIGHT_MAX: Final = 64
"""Pipelined requests of one connection. Clients use 5 (idempotent) or a few more; past this the
connection is not read until answers have gone out."""

REQUESTS_PER_TURN: Final = 64
"""Requests of one connection begun before the others have theirs: a read may hold thousands."""

WRITE_BUFFER_BYTES_MAX: Final = 4 * MIB
"""Answers waiting in one connection for a slow reader; past this the connection is not read."""

FETCH_BYTES_MAX: Final = 8 * MIB
"""One Fetch answer, whatever the client asks for (Confluent Cloud's is 55 MB, Kafka's default ask
is 50 MiB). One batch larger than this is still returned, so that a consumer never hangs."""

FETCH_WAIT_MS_MAX: Final = 30_000
"""Long poll. A client that asks for more gets an empty answer after this and asks again."""

CONNECTIONS_MAX: Final = 10_000
"""Sockets of one broker process; a socket at rest costs about 10 KiB."""

ARRAY_ELEMENTS_MAX: Final = 1_000_000
"""Elements in one array, besides the rule that they must fit the bytes that remain."""

STRING_BYTES_MAX: Final = 1 * MIB
TAGGED_FIELD_BYTES_MAX: Final = 128 * KIB
TAGGED_FIELDS_MAX: Final = 64

BATCH_OVERHEAD_BYTES: Final = 61
"""Header of a record batch, format v2."""

MESSAGE_BYTES_DEFAULT: Final = 1_048_588
"""Kafka's default ``max.message.bytes``: 1 MiB and the 12 bytes of a log entry's head."""

MESSAGE_BYTES_MAX: Final = 8 * MIB
"""The most ``max.message.bytes`` may be set to; a batch must fit one frame."""

DECOMPRESSED_BYTES_MAX: Final = 64 * MIB
"""One batch, decompressed, wherever records are looked into (REST, websocket, timestamps)."""

KEYED_BATCH_BYTES_MAX: Final = 16 * MIB
"""One batch for a compacted topic, decompressed: it is looked into on the event loop, for its keys.
The Java client splits a batch that is refused for its size."""

KEYED_BATCH_RECORDS_MAX: Final = 50_000
"""Records of such a batch: at a third of a microsecond each they hold the event loop for 20 ms."""

COMPACTION_KEYS_MAX: Final = 1_000_000
"""Distinct keys of one compaction, at about 200 bytes in a storage worker's memory; what is dirty
beyond them waits for the next one. Kafka's ``log.cleaner.dedupe.buffer.size`` bounds the same."""

STORAGE_FILE_BYTES_MAX: Final = 16 * MIB
"""A request to or a report from a storage worker, as JSON."""

PRODUCERS_PER_PARTITION_MAX: Final = 10_000
"""Idempotent producers remembered by one partition; the one idle longest is forgotten."""

PRODUCER_BATCHES_REMEMBERED: Final = 5
"""Kafka's window: ``max.in.flight.requests.per.connection`` of an idempotent producer is at most
5."""

PRODUCER_ID_BLOCK: Final = 1_000
"""Producer ids that a broker reserves ahead, so that InitProducerId works without PostgreSQL."""

TOPIC_NAME_CHARACTERS_MAX: Final = 249
PARTITIONS_PER_TOPIC_MAX: Final = 1_000
TOPICS_PER_REQUEST_MAX: Final = 1_000

assert FRAME_BYTES_MAX_UNAUTHENTICATED < FRAME_BYTES_MAX
assert MESSAGE_BYTES_DEFAULT <= MESSAGE_BYTES_MAX < FRAME_BYTES_MAX
assert WRITE_BUFFER_BYTES_MAX <= FETCH_BYTES_MAX

ROOM_BYTES_MIN: Final = 16 * MIB
"""With less on its volume a broker lets others lead: a few of the largest batches, and what its own
checkpoints need."""

RECEIVE_CHUNK_BYTES: Final = 256 * KIB
"""Read at most at once; one such buffer is shared by all connections of a listener's loop."""

RECEIVE_GROWTH: Final = 4
"""A frame's buffer is at most this many times what has arrived of it: a length prefix alone gets
nothing, and a whole frame is copied a third of its size at most while it grows."""

RECEIVE_BYTES_PER_TENANT_MAX: Final = 64 * MIB
"""Unfinished frames of one tenant's connections (and of all that have not logged in, together);
past it they are read one after the other instead of side by side."""

UNSENT_BYTES_PER_TENANT_MAX: Final = 64 * MIB
"""Answers that one tenant's connections have not taken yet; past it its fetches return one
batch."""

CONNECTION_IDLE_SECONDS_MAX: Final = 600
"""Kafka's ``connections.max.idle.ms``: a client that is gone without a word is forgotten."""

FRAME_SECONDS_MAX: Final = 60
"""Time for a frame that has begun to arrive to make progress; a stalled one holds memory."""

WRITE_SECONDS_MAX: Final = 60
"""Time for a reader that let its answers pile up to take some of them."""

AUTHENTICATION_DELAY_SECONDS: Final = 0.3
"""Between a failed login and its answer: guessing is slow, the event loop is not held."""

LOGINS_PER_ADDRESS_MAX: Final = 1_000
"""Connections from one address that have not logged in; a tenth of what the listener may have."""

REAUTHENTICATION_SECONDS: Final = 1.0
"""Between a login and the next on the same connection, at least (Kafka's own bound, KIP-368)."""

ELEMENT_UNIT_BYTES: Final = 48
"""A number in an array counts as one unit when decoded, a struct as more: what holds it in memory,
divided by this."""

REQUEST_UNITS_MAX: Final = 100_000
"""Units of all arrays of one request together: some 30,000 structs, which hold the event loop for
about 30 ms. An honest request has a few thousand."""

DECODED_GROWTH: Final = 8
"""A decoded request takes at most this many times its frame, and 1 MiB: a frame full of the
smallest elements would take 50 times its size."""

COORDINATOR_KEYS_MAX: Final = 1_000
"""Names in one FindCoordinator; an admin client that asks for all its groups has some hundreds."""

OFFSET_METADATA_BYTES_MAX: Final = 4_096
"""Kafka's ``offset.metadata.max.bytes``: a consumer's note beside a committed offset."""

OFFSET_METADATA_BYTES_PER_TENANT_MAX: Final = 4 * MIB
"""Of one tenant in each partition of the coordinators' topic: it is all kept in memory. Kafka
Streams' notes have some tens of bytes."""

GROUP_MEMBERS_MAX: Final = 1_000
"""Members of one consumer group, and as many ids that were issued and not yet used. Every rebalance
answers each of them and shows all of them to one."""

GROUP_METADATA_BYTES_MAX: Final = 8 * MIB
"""What all members of one group say for all protocols they support, together: it is kept in memory,
and the leader is told it in one answer."""

GROUP_BYTES_PER_TENANT_MAX: Final = 16 * MIB
"""What the members of all groups of one tenant take of one broker, with a KiB for each: some 10,000
plain consumers. The largest honest groups, of Kafka Streams, have some MiB."""

GROUP_REGEX_CHARACTERS_MAX: Final = 1_000
"""A regular expression that a member subscribes with; honest ones have some tens."""

GROUP_REGEXES_MAX: Final = 20
"""Distinct regular expressions of one group: each is held against every topic name of the tenant,
at about a microsecond, on the event loop."""

REGEX_BYTES_MAX: Final = 1 * MIB
"""Memory of one compiled regular expression: repetition makes much out of few characters."""

TRANSACTIONAL_IDS_PER_TENANT_MAX: Final = 1_000
"""Of one tenant in each partition of the coordinators' topic, so some 50,000 of all: the one that
was used longest ago is forgotten, as Kafka forgets one after a week. Each takes about a KiB."""

NAME_CHARACTERS_MAX: Final = 1_000
"""Of a transactional id or a group: it is kept in memory, and Kafka Streams' have some hundred."""

TRANSACTION_PARTITIONS_MAX: Final = 3_000
"""Partitions of one transaction: with the longest names and ids its state still fits one record of
the coordinator's topic, with room for what ending it adds."""
