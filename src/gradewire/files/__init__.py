"""The only file storage: the bytes of what people hand in or attach to comments, on disk or in an S3-compatible bucket."""
