"""Letters and messages: templates in three languages, whether one may be sent, what was sent."""
