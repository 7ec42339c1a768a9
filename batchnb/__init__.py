"""batchnb."""
