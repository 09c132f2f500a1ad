"""What signatures cover, by the example that the Amazon S3 API Reference gives."""

from datetime import UTC, datetime
from hashlib import sha256

from connect.connectors.objects.s3_signing import Signer, encoded

SIGNER = Signer(
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"
)  # fmt: skip


def test_a_request_is_signed_as_amazon_s_example_is():
    told = {
        "host": "examplebucket.s3.amazonaws.com",
        "date": "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    content = sha256(b"Welcome to Amazon S3.").hexdigest()
    now = datetime(2013, 5, 24, tzinfo=UTC)
    found = SIGNER.signed("PUT", encoded("/test$file.text"), told, content, now)
    assert found.pop("authorization") == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    )
    assert found == {
        **told, "x-amz-content-sha256": content, "x-amz-date": "20130524T000000Z",
    }  # fmt: skip


def test_names_are_encoded_but_for_what_a_url_may_have():
    assert encoded("a/k=v w+1/\u00e4~._-%") == "a/k%3Dv%20w%2B1/%C3%A4~._-%25"


def test_a_signer_does_not_show_its_secret():
    assert "bPxRfiCY" not in repr(SIGNER)
