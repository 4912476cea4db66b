"""The package's functions, one file for each token; nothing here knows of HTTP or of protobuf."""
