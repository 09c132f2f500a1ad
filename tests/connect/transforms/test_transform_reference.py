from tests.connect.transforms.reference import PAGE, with_tables


def test_the_reference_says_what_the_definitions_say() -> None:
    page = PAGE.read_text()
    assert page == with_tables(page), "run python -m tests.connect.transforms.reference"
