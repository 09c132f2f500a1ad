"""Files that `connectors` is given: what is no JSON is refused as REST refuses it."""

import pytest

from connect.cli.files import named_config, offsets_of
from tenants.cli.failures import UsageProblem


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 100_000,
        '{"a":NaN}',
        '{"a":1e400}',
        '{"a":"\\ud800"}',
        f'{{"a":{"1" * 5_000}}}',
        "{",
    ],
)
def test_what_cannot_be_kept_is_refused(tmp_path, text):
    """A topic of offsets would have nothing in the place of what is no number."""
    path = tmp_path / "file.json"
    path.write_text(text)
    with pytest.raises(UsageProblem, match="the body is not"):
        named_config({"connector": "mine", "config": path, "set": ()})
    path.write_text(f'{{"offsets": [{{"partition": {{"a": 1}}, "offset": {text}}}]}}')
    with pytest.raises(UsageProblem, match="the body is not"):
        offsets_of(path)
