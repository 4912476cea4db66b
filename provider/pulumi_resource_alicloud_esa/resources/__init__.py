"""The package's resources, one file a token; nothing here knows of HTTP or of protobuf."""
