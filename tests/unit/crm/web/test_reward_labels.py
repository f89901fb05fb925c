"""Whatever a reward is rejected for has its word."""

from crm.reward_desk import desk
from crm.web.view import reward_labels


def test_each_reason_of_a_rejection_has_a_word_and_no_word_is_of_none() -> None:
    assert set(reward_labels.REJECTIONS) == set(desk.REJECTIONS)
