"""What a run makes once: whoever asks later gets the same, or hears why there is nothing."""

import pytest


def test_a_folder_is_filled_by_the_first_who_asks(once, request):
    name, filled = request.node.name, []
    for _ in range(2):
        folder = once(name, filled.append)
    assert folder.is_dir()
    assert len(filled) == 1


def test_who_asks_for_what_could_not_be_made_hears_why(once, request):
    def fill(_folder):
        raise ValueError("the demo does not grow")

    with pytest.raises(ValueError, match="does not grow"):
        once(request.node.name, fill)
    with pytest.raises(pytest.fail.Exception, match=r"ValueError.*the demo does not grow"):
        once(request.node.name, fill)
