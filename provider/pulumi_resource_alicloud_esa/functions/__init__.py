"""The package's functions, one file a token; nothing here knows of HTTP or of protobuf."""
