"""Cognomen: a recurrent network to read, and the surname-origin classifier that runs on it."""
