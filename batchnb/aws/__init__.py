"""Calls to AWS: connections, the pace, retries, errors, and listings. The only importer of boto3."""
