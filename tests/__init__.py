"""The tests of tripplan."""
