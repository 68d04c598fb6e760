"""How confidential a paper is that names several documents."""

import pytest

from cpl.rules.information_policy import highest_level


@pytest.mark.parametrize(
    ("levels", "listed", "level"),
    [
        ((), False, "amber"),
        (("white", "green"), False, "amber"),
        (("white", "red", "green"), False, "red"),
        ((), True, "green"),
        (("white",), True, "green"),
        (("amber", "white"), True, "amber"),
    ],
)
def test_a_paper_is_as_confidential_as_the_most_confidential_document_it_names(levels, listed, level):
    assert highest_level(levels, listed=listed) == level


def test_an_unknown_level_is_a_fault():
    with pytest.raises(ValueError, match="not in tuple"):
        highest_level(["purple"], listed=True)
