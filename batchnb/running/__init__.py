"""Executes plans: the only package that sends requests to end jobs."""
