"""The port: connections, requests and answers as bytes, rate limits and scripted faults, over the operations."""
