"""Object stores: opened from a configuration, and the few verbs that connectors need of them."""

import logging
from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock
from typing import Any, BinaryIO, Final, NamedTuple
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from connect.connectors.objects.digests import Digest, Digesting, digest_told
from connect.connectors.objects.pinned_proxy import Cut, PinnedProxy
from connect.connectors.objects.s3_creation import DIGEST, Created, S3Creation
from connect.connectors.objects.s3_signing import Signer
from connect.connectors.objects.standing import Meant, Standing, Told, standing
from connect.connectors.objects.uploads import Turn
from connect.connectors.scratch import SETTING
from connect.spi.config import Config
from connect.spi.egress import Egress, Target
from connect.spi.errors import ConfigError, ConnectError, RetriableError

LOG: Final = logging.getLogger(__name__)

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


class _Wanted(NamedTuple):
    """An object that is to be, as ``create`` has it."""

    path: str
    file: BinaryIO
    size: int
    last_offset: int
    turn: Turn

    @property
    def said(self) -> dict[str, str]:
        return {LAST_OFFSET: str(self.last_offset)}


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
        self._in_doubt: set[str] = set()
        """Names of which an attempt has begun, and nobody has seen yet what became of it."""
        self._looking = Lock()
        """One object at a time is looked through."""

    def close(self) -> None:
        self._creation.close()
        self._proxy.close()
        self._listings_proxy.close()

    def create(self, path: str, file: BinaryIO, size: int, last_offset: int, turn: Turn) -> bool:
        """Put a whole object there unless there is one: whether it is of these bytes for sure. If
        not, it is one that was meant for its name as well, and ``last_offset`` tells what it has.

        No part of it is seen before all of it is there, which is not before its ``turn``. ``file``
        is one of the disk, and not empty. What may be there of an attempt before counts only once
        it has been read (``standing.py``).

        Raises ``ConnectError`` for one that is not as it was meant to be, or is somebody else's.
        """
        wanted = _Wanted(path, file, size, last_offset, turn)
        is_first = path not in self._in_doubt
        self._in_doubt.add(path)
        created = self._creation.create(path, file, size, wanted.said, turn)
        is_ours = created is Created.SURELY and is_first
        if not is_ours:
            is_ours = self._look_through(wanted)
        self._in_doubt.discard(path)
        return is_ours

    def _look_through(self, wanted: _Wanted) -> bool:
        """As ``create``, of what is there by now."""
        path = wanted.path
        told = self._told(path)
        meant = Meant(wanted.last_offset, self._creation.digest(wanted.file, wanted.size))
        read = self._read(path, meant, told)
        match standing(meant, told, read):
            case Standing.WHOLE:
                return told.last_offset is None
            case Standing.TO_REPLACE:
                LOG.warning("%r is put there again: it is to have %s and has %s", path,
                            meant.digest, _listed(read))  # fmt: skip
                self._replace(told, wanted)
                return True
            case Standing.DAMAGED:
                raise ConnectError(
                    f"{path!r} is there and damaged: it is to have {told.claimed}, and has "
                    f"{_listed(read)}. Its offsets are not committed: bring back what it had; or "
                    "delete it, and the objects of its partition with greater offsets in their "
                    "names, and they are written again"
                )
        raise ConnectError(
            f"{path!r} is there and does not say which records it has ({LAST_OFFSET}): move it "
            "elsewhere, or let the sink write another directory (topics.dir)"
        )

    def _read(self, path: str, meant: Meant, told: Told) -> list[Digest]:
        """What the store sends of it. Raises ``RetriableError`` where that may be another time; but
        one that is to be replaced then needs no reading."""
        algorithms = {meant.digest.algorithm}
        if told.claimed is not None:
            algorithms.add(told.claimed.algorithm)
        into = Digesting(sorted(algorithms))
        enough = max(meant.digest.size, told.size)
        try:
            with self._looking, closing(self._pieces(path)) as pieces:
                for piece in pieces:
                    into.write(piece)
                    if into.size > enough:
                        break  # It is another, and may have no end.
        except RetriableError as error:
            if not told.was_meant_as(meant):
                raise
            LOG.warning("%r cannot be read: %s", path, error)
            return []
        return into.digests

    def _replace(self, told: Told, wanted: _Wanted) -> None:
        """Raises ``RetriableError`` where it is not sure to be done: it is looked through again."""
        path, file, size, _, turn = wanted
        if not told.e_tag:
            raise ConnectError(
                f"{path!r} is there and damaged, and has no entity tag by which to replace it: "
                "delete it, and it is written again"
            )
        e_tag = told.e_tag
        done = self._creation.replace(path, file, size, wanted.said, turn, e_tag=e_tag)
        if done is not Created.SURELY:
            raise RetriableError(f"{path!r} changed while it was to be replaced")

    def last_offset(self, path: str) -> int | None:
        """What ``create`` said of the object that is there; None where it says nothing."""
        return self._told(path).last_offset

    def _told(self, path: str) -> Told:
        """Raises ``RetriableError`` for one that is not there."""
        try:
            found: Any = obstore.get(self._store, path, options={"head": True})
        except FileNotFoundError as error:
            # A store may refuse to create it for another attempt that is under way (409), and
            # nobody knows yet what becomes of that one.
            raise RetriableError(f"{path!r} could not be created and is not there") from error
        except _ERRORS as error:
            raise _trouble(error, path) from error
        offset = str(found.attributes.get(LAST_OFFSET, ""))
        return Told(
            int(offset) if offset.isdecimal() else None,
            digest_told(str(found.attributes.get(DIGEST, ""))),
            found.meta["size"],
            found.meta["e_tag"] or "",
        )

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
        with closing(self._pieces(path)) as pieces:
            for piece in pieces:
                taken += len(piece)
                if taken > bytes_max:
                    raise too_large(path, bytes_max)
                try:
                    into.write(piece)
                except OSError as error:
                    raise RetriableError(
                        f"the worker's disk does not take {path!r}: {error}"
                    ) from error

    def _pieces(self, path: str) -> Generator[Any]:
        """What it holds. One object at a time."""
        try:
            with self._proxy.within(OBJECT_S):
                yield from obstore.get(self._store, path).stream(min_chunk_size=PIECE_BYTES)
        except _ERRORS as error:
            if self._proxy.cut is Cut.TIME:
                raise RetriableError(
                    f"the store had not sent all of {path!r} within {OBJECT_S:g} s"
                ) from error
            raise _trouble(error, path) from error


def too_large(path: str, bytes_max: int) -> ConnectError:
    """What to say of an object that is not read."""
    return ConnectError(
        f"{path!r} has more than {bytes_max} bytes, and is not read: that is object.max.bytes, or "
        f"what a task may have of the worker's disk ({SETTING}), whichever is less"
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


def _listed(read: Collection[Digest]) -> str:
    return " and ".join(map(str, read)) or "nothing that the store sends"


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
