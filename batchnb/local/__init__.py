"""An AWS Batch on 127.0.0.1."""
