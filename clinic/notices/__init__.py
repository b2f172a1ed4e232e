"""Telling people: from facts to words in their language, to a mail, to the mail server."""
