"""Object stores: opened from a configuration, and the few verbs that connectors need of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, BinaryIO, Final, NamedTuple
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from connect.connectors.objects.pinned_proxy import Cut, PinnedProxy
from connect.connectors.objects.s3_creation import S3Creation
from connect.connectors.objects.s3_signing import Signer
from connect.connectors.objects.uploads import Turn
from connect.spi.config import Config
from connect.spi.egress import Egress, Target
from connect.spi.errors import ConfigError, ConnectError, RetriableError

LAST_OFFSET: Final = "headwater-last-offset"
"""Metadata of an object: the offset of its last record."""
PIECE_BYTES: Final = 2**20
PAGE_BYTES_MAX: Final = 16 * 2**20
"""Of an answer with a part of a listing, which the client takes into memory: four times what 1,000
objects have at most whose names are as long as S3 lets them be."""
LISTING_S: Final = 1_800.0
"""For a whole listing: as long as one of some millions of objects takes. A store may tell of ever
more, or of nothing and that there is more."""
OBJECT_S: Final = 3_600.0
"""For a whole object: a byte now and then is no silence."""
_RETRIES: Final = {"max_retries": 3}
_TIMEOUTS: Final = {"connect_timeout": "10s", "timeout": "60s"}
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_ERRORS: Final = (BaseError, FileNotFoundError)
"""What obstore raises: of what is not found, a bucket too, it is Python's own."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object in a listing."""

    path: str
    size: int
    modified_ms: int


class Reached(NamedTuple):
    """A client of obstore's, and its way to the store."""

    client: Any
    proxy: PinnedProxy


class ObjectStore:
    """Raises ``RetriableError`` for what may pass, ``ConnectError`` for what will not."""

    def __init__(self, store: Reached, listings: Reached, creation: S3Creation) -> None:
        """``listings`` is the same store, each answer of which has its own connection."""
        self._store, self._proxy = store
        self._listings, self._listings_proxy = listings
        self._creation = creation

    def close(self) -> None:
        self._creation.close()
        self._proxy.close()
        self._listings_proxy.close()

    def create(self, path: str, file: BinaryIO, size: int, last_offset: int, turn: Turn) -> bool:
        """Put a whole object there unless there is one: whether this did it. No part of it is seen
        before all of it is there, which is not before its ``turn``. ``file`` is one of the disk,
        and not empty. One that is there of the same bytes counts as its own, where the store has
        not kept what ``last_offset`` reads.

        Raises ``ConnectError`` for one that somebody else has put there.
        """
        told = {LAST_OFFSET: str(last_offset)}
        if self._creation.create(path, file, size, told, turn):
            return True
        found = self._look_at(path)
        if _offset_of(found) is not None:
            return False
        if _is_of(found.meta, file, size):
            return True
        raise ConnectError(
            f"{path!r} is there and does not say which records it has ({LAST_OFFSET}): move it "
            "elsewhere, or let the sink write another directory (topics.dir)"
        )

    def last_offset(self, path: str) -> int | None:
        """What ``create`` said of the object that is there; None where it says nothing."""
        return _offset_of(self._look_at(path))

    def _look_at(self, path: str) -> Any:
        """What there is to know of it without what it holds. Raises ``RetriableError`` for one that
        is not there."""
        try:
            return obstore.get(self._store, path, options={"head": True})
        except FileNotFoundError as error:
            # A store may refuse to create it for another attempt that is under way (409), and
            # nobody knows yet what becomes of that one.
            raise RetriableError(f"{path!r} could not be created and is not there") from error
        except _ERRORS as error:
            raise _trouble(error, path) from error

    def objects(self, prefix: str) -> Iterator[Found]:
        """Of those whose names begin with the directory ``prefix``, in the store's order."""
        try:
            with self._listings_proxy.within(LISTING_S):
                for page in obstore.list(self._listings, prefix or None, chunk_size=1_000):
                    for each in page:
                        modified_ms = int(each["last_modified"].timestamp() * 1000)
                        yield Found(each["path"], each["size"], modified_ms)
        except _ERRORS as error:
            raise _unlisted(self._listings_proxy.cut, error, prefix) from error

    def fetch(self, path: str, into: BinaryIO, bytes_max: int) -> None:
        """The whole object, in pieces. Raises ``ConnectError`` for one that is larger."""
        taken = 0
        try:
            with self._proxy.within(OBJECT_S):
                for piece in obstore.get(self._store, path).stream(min_chunk_size=PIECE_BYTES):
                    taken += len(piece)
                    if taken > bytes_max:
                        raise too_large(path, bytes_max)
                    into.write(piece)
        except _ERRORS as error:
            if self._proxy.cut is Cut.TIME:
                raise RetriableError(
                    f"the store had not sent all of {path!r} within {OBJECT_S:g} s"
                ) from error
            raise _trouble(error, path) from error
        except OSError as error:
            raise RetriableError(f"the worker's disk does not take {path!r}: {error}") from error


def too_large(path: str, bytes_max: int) -> ConnectError:
    """What to say of an object that is not read."""
    return ConnectError(
        f"{path!r} has more than {bytes_max} bytes (object.max.bytes), and is not read"
    )


def _unlisted(cut: Cut | None, error: Exception, prefix: str) -> ConnectError:
    match cut:
        case Cut.SIZE:
            return ConnectError(
                f"the store lists {prefix!r} with more than {PAGE_BYTES_MAX} bytes in an answer: "
                "S3 tells of 1,000 objects in one"
            )
        case Cut.TIME:
            return RetriableError(
                f"the store had not listed all of {prefix!r} within {LISTING_S:g} s: name a "
                "directory in it (prefix)"
            )
    return _trouble(error, prefix)


def _offset_of(found: Any) -> int | None:
    value = str(found.attributes.get(LAST_OFFSET, ""))
    return int(value) if value.isdecimal() else None


def _is_of(meta: Any, file: BinaryIO, size: int) -> bool:
    """Whether an object has the bytes of ``file``. Of one that came in one request its entity tag
    is their MD5 ("Object" in the Amazon S3 API Reference), unless a key of AWS's encrypts it."""
    if meta["size"] != size:
        return False
    file.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    return (meta["e_tag"] or "").strip('"') == digest.hexdigest()


def _is_there(store: Any, path: str) -> bool:
    try:
        obstore.head(store, path)
    except FileNotFoundError:
        return False
    except _ERRORS as error:
        raise _trouble(error, path) from error
    return True


def _trouble(error: Exception, path: str) -> ConnectError:
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        return ConnectError(f"the store does not let us at {path!r}: {error}")
    if "NoSuchBucket" in str(error):
        return ConnectError(f"there is no such bucket for {path!r}: {error}")
    return RetriableError(f"the store could not do it for {path!r}: {error}")


def target_of(config: Config) -> Target:
    """Where an S3-compatible store is. Raises ``ConfigError``."""
    endpoint = endpoint_of(config)
    parts = urlsplit(endpoint)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username:
        raise ConfigError(f"store.url is {endpoint!r}; it must be like https://s3.example:9000")
    return Target(parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])


def endpoint_of(config: Config) -> str:
    given: str | None = config["store.url"]
    return given or f"https://s3.{config['s3.region']}.amazonaws.com"


def signs_payload(config: Config) -> bool:
    """Whether what is sent is hashed, so that the signature covers it.

    TLS sees to it already that what arrives is what was sent. So AWS's own clients leave it out
    over https (``AWS4UnsignedPayloadSigner`` of its SDK for Java); over http nothing else does.
    """
    return bool(config["s3.sign.payload"]) or not endpoint_of(config).startswith("https:")


def s3_store(config: Config, egress: Egress, stopping: Event) -> ObjectStore:
    """Addresses the bucket by path, so that there is one host to check. What fails is not tried
    again once ``stopping`` is set."""
    endpoint = endpoint_of(config)
    bucket, region = config["s3.bucket.name"], config["s3.region"]
    key, secret = config["aws.access.key.id"], config["aws.secret.access.key"].secret
    token = config["aws.session.token"].secret if config["aws.session.token"] else ""
    store = _reached(config, egress, token)
    listings = _reached(config, egress, token, PAGE_BYTES_MAX)
    creation = S3Creation(
        endpoint,
        bucket,
        Signer(key, secret, region, token),
        egress,
        signs_content=signs_payload(config),
        is_there=partial(_is_there, store.client),
        stopping=stopping,
    )
    return ObjectStore(store, listings, creation)


def _reached(
    config: Config, egress: Egress, token: str, answer_bytes_max: int | None = None
) -> Reached:
    """With ``answer_bytes_max`` a connection is for one answer, of so many bytes at most."""
    target, endpoint = target_of(config), endpoint_of(config)
    proxy = PinnedProxy(egress, target.host, target.port, answer_bytes_max)
    client_options: Any = {
        "allow_http": endpoint.startswith("http:"),
        "proxy_url": proxy.url,
        **_TIMEOUTS,
    }
    if answer_bytes_max is not None:
        client_options["pool_max_idle_per_host"] = "0"
    access: Any = {
        "access_key_id": config["aws.access.key.id"],
        "secret_access_key": config["aws.secret.access.key"].secret,
    }
    if token:
        access["session_token"] = token
    client = S3Store(
        config["s3.bucket.name"],
        config=access,
        endpoint=endpoint,
        region=config["s3.region"],
        virtual_hosted_style_request=False,
        client_options=client_options,
        retry_config=_RETRIES,  # type: ignore[arg-type]
    )
    return Reached(client, proxy)
